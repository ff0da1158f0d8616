import { expandSpecifiers, parseExec } from '../values/index.js';
import type { EffectiveUnit, EffectiveValue } from './effectiveUnit.js';
import { findDirective } from './settings/findDirective.js';
import { booleanOf } from './settings/readers/readBoolean.js';

/**
 * Gives every value of a key, each with its file and line: one for a key that takes one value, and an
 * empty list for a key that is not set.
 *
 * The values are those systemd has after all drop-ins: what it ignores does not count, and an empty assignment resets
 * only the keys that systemd resets (`ProtectHome=yes` and then `ProtectHome=` stays `yes`). Another spelling of a key
 * (`ReadOnlyDirectories` for `ReadOnlyPaths`) gives the same values.
 *
 * @example
 * ```ts
 * import { effectiveValues, loadUnit } from '@wca/runtime-sdk/systemd';
 *
 * const loaded = await loadUnit('ssh.service');
 * if (loaded.isErr()) console.error(loaded.error.message);
 * else for (const { value, path, line } of effectiveValues(loaded.value.unit, 'Unit', 'After')) console.log(value, path, line);
 * ```
 */
export function effectiveValues(unit: EffectiveUnit, section: string, key: string): readonly EffectiveValue[] {
  const name = findDirective(section, key)?.sets[0] ?? `${section}.${key}`;
  return unit.settings.find((one) => `${one.section}.${one.key}` === name)?.values ?? [];
}

/**
 * Gives the value of a key that takes one value, with the file and line it is from; undefined where it is not set. For a
 * key whose assignments add up it is the last value. See `effectiveValues`.
 *
 * @example
 * ```ts
 * import { effectiveValue, loadUnit } from '@wca/runtime-sdk/systemd';
 *
 * const loaded = await loadUnit('ssh.service');
 * if (loaded.isErr()) console.error(loaded.error.message);
 * else console.log(effectiveValue(loaded.value.unit, 'Service', 'User')?.value ?? 'root');
 * ```
 */
export function effectiveValue(unit: EffectiveUnit, section: string, key: string): EffectiveValue | undefined {
  return effectiveValues(unit, section, key).at(-1);
}

/**
 * Says whether a boolean key is on. A key that is not set, or that holds another word (`ProtectSystem=full`), is not.
 *
 * Source: systemd.syntax(7), boolean values.
 */
export function effectiveBoolean(unit: EffectiveUnit, section: string, key: string): boolean {
  return booleanOf(effectiveValue(unit, section, key)?.value ?? '') === true;
}

/**
 * Gives the variables of `Environment=` of a service. May hold secrets. Variables of an `EnvironmentFile=` are not among
 * them, and win over these when the service starts (systemd.exec(5)).
 *
 * @example
 * ```ts
 * import { effectiveEnvironment, loadUnit } from '@wca/runtime-sdk/systemd';
 *
 * const loaded = await loadUnit('ssh.service');
 * if (loaded.isErr()) console.error(loaded.error.message);
 * else console.log(Object.keys(effectiveEnvironment(loaded.value.unit)));
 * ```
 */
export function effectiveEnvironment(unit: EffectiveUnit): Readonly<Record<string, string>> {
  return Object.fromEntries(
    effectiveValues(unit, 'Service', 'Environment').map(({ value }) => {
      const equals = value.indexOf('=');
      return [value.slice(0, equals), value.slice(equals + 1)];
    }),
  );
}

/** One command of a service. @inline */
export interface EffectiveCommand {
  /** `ExecStart`, `ExecStartPre` … */
  readonly key: string;
  /** Any of `-`, `@`, `:`, `+`, `!`, `!!` as written; see `ExecCommand`. */
  readonly prefixes: string;
  /** An absolute path or a bare name; specifiers are expanded where they are known. */
  readonly program: string;
  /** Specifiers are expanded where they are known; `$VARIABLES` are not. */
  readonly args: readonly string[];
  readonly path: string;
  /** 1-based line the assignment begins on. */
  readonly line: number;
}

/**
 * Gives every command that systemd runs for a service, in the order of its keys' first lines, each with the file and line
 * it is from. Whether the program exists is not looked at.
 *
 * @example
 * ```ts
 * import { effectiveCommands, loadUnit } from '@wca/runtime-sdk/systemd';
 *
 * const loaded = await loadUnit('ssh.service');
 * if (loaded.isErr()) console.error(loaded.error.message);
 * else for (const { key, program, args } of effectiveCommands(loaded.value.unit)) console.log(key, program, args);
 * ```
 */
export function effectiveCommands(unit: EffectiveUnit): readonly EffectiveCommand[] {
  const expand = (text: string): string => expandSpecifiers(text, unit.specifiers).unwrapOr(text);
  return unit.settings
    .filter(({ section, key }) => section === 'Service' && COMMANDS.has(key))
    .flatMap(({ key, values }) =>
      values.flatMap(({ value, path, line }): EffectiveCommand[] => {
        const first = parseExec(value);
        return [first, ...first.following].map(({ prefixes, path: program, args }) => ({
          key,
          prefixes,
          program: expand(program),
          args: args.map((arg) => expand(arg.value)),
          path,
          line,
        }));
      }),
    );
}

const COMMANDS: ReadonlySet<string> = new Set([
  'ExecCondition',
  'ExecStartPre',
  'ExecStart',
  'ExecStartPost',
  'ExecReload',
  'ExecStop',
  'ExecStopPost',
]);
