import { effectiveBoolean, effectiveCommands } from '../../systemd/load/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';

/** One command that still runs as root after `User=` has changed. */
export interface PrivilegedLine {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly key: string;
  /** The program. */
  readonly path: string;
  /** Its arguments as in `EffectiveCommand`; behind `@` the first is the name that the program sees as its own. */
  readonly args: readonly string[];
  readonly prefixes: string;
  readonly why: '+' | '!' | '!!' | 'PermissionsStartOnly';
}

/**
 * Finds the commands of a unit that do not run as `User=`; pure.
 *
 * `+` runs with full privileges, `!` and `!!` without the change of user, and `PermissionsStartOnly=yes` frees every
 * command but `ExecStart=` (systemd.service(5)). Commands that a later empty assignment takes away do not count.
 * `unsafePrivilegedLines` tells whether the agent could make such a command do something else.
 */
export function privilegedLines(unit: EffectiveUnit): readonly PrivilegedLine[] {
  const startOnly = effectiveBoolean(unit, 'Service', 'PermissionsStartOnly');
  return effectiveCommands(unit).flatMap(
    ({ key, prefixes, program: path, args, path: file, line }): PrivilegedLine[] => {
      const why = prefixes.includes('+') ? '+' : prefixes.includes('!!') ? '!!' : prefixes.includes('!') ? '!' : null;
      if (why !== null) return [{ file, line, key, path, args, prefixes, why }];
      return startOnly && key !== 'ExecStart' && path !== ''
        ? [{ file, line, key, path, args, prefixes, why: 'PermissionsStartOnly' }]
        : [];
    },
  );
}
