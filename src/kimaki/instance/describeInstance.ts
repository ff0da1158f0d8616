import { effectiveCommands, effectiveEnvironment, effectiveValue } from '../../systemd/load/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';
import { KIMAKI, bridgeOfProgram, bridgeOfUnit, lockPortOf } from '../bridges/index.js';
import type { BridgeName } from '../bridges/index.js';

/** What an instance is described from. */
export interface InstanceFacts {
  /** Its unit, as `loadUnit` or `readUnitFiles` gives it. */
  readonly effective: EffectiveUnit;
  /** Variables of its `EnvironmentFile=`s in order; they win over `Environment=` (systemd.exec(5)). */
  readonly environmentFiles?: readonly Readonly<Record<string, string>>[];
  /** Home of the account `User=` names, from passwd; null when there is none. */
  readonly accountHome: string | null;
}

/** What the files of a unit say about its instance. @inline */
export interface InstanceDescription {
  /** Told by the unit's name, else by the program that it starts, else kimaki. */
  readonly bridge: BridgeName;
  /** `''` for `kimaki.service`; null for a unit of another name. */
  readonly name: string | null;
  /** `User=`; `root` where it is not set. */
  readonly user: string;
  readonly group: string | null;
  readonly home: string;
  readonly homeSource: 'environment' | 'passwd';
  readonly dataDir: string;
  readonly dataDirSource: 'argument' | 'environment' | 'default';
  /** What `ExecStart=` starts; null when there is none. */
  readonly binary: string | null;
  /** Its arguments, specifiers and variables expanded where they are known. */
  readonly args: readonly string[];
  readonly site: string | null;
  readonly siteSource: 'working-directory' | 'environment' | null;
  /** The port that it holds while it runs, by the bridge's own rule; null where the bridge holds none. */
  readonly lockPort: number | null;
  /** Every variable, secrets included: never print it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly umask: string | null;
}

/**
 * Tells what an instance is from its unit's files alone: user, home, data directory, program, site, port; pure.
 *
 * The data directory is the `--data-dir` argument, else the bridge's variable (`KIMAKI_DATA_DIR`), else its directory below
 * HOME; the site is `WorkingDirectory=`, else `DATAMACHINE_SITE_PATH`. `%h` is root's home in a system unit whoever it runs
 * as. What systemd ignores of the files does not count here either. Of a unit that does not load for one bad line, read it
 * with `readPastFaults`, and the lines behind that one count. It describes the files: what systemd has loaded may be older,
 * and what runs older still. A specifier that is not known from the files stays as it is.
 */
export function describeInstance(facts: InstanceFacts): InstanceDescription {
  const { effective } = facts;
  const last = (key: string): string | null => effectiveValue(effective, 'Service', key)?.value ?? null;
  const environment = { ...effectiveEnvironment(effective) };
  for (const variables of facts.environmentFiles ?? []) Object.assign(environment, variables);

  const started = effectiveCommands(effective).findLast(({ key }) => key === 'ExecStart');
  const args = (started?.args ?? []).flatMap((arg) => expandVariables(arg, environment));
  const named = dataDirArgument(args);
  const home = environment.HOME ?? facts.accountHome ?? '/';
  const known = bridgeOfUnit(effective.name);
  const bridge = known?.bridge ?? bridgeOfProgram(started?.program ?? '') ?? KIMAKI;
  const valueOf = (variable: string | null): string | undefined =>
    variable === null ? undefined : environment[variable];
  const fromEnvironment = valueOf(bridge.variables.dataDir);
  const dataDir = plainPath(named ?? fromEnvironment ?? `${home}/${bridge.dataDirName}`);
  const directory = last('WorkingDirectory')?.replace(/^-/, '') ?? null;
  const workingDirectory = directory === null || directory === '~' ? null : plainPath(directory);
  const site = workingDirectory ?? environment.DATAMACHINE_SITE_PATH ?? null;
  return {
    bridge: bridge.name,
    name: known?.instance ?? null,
    user: userOf(last('User')),
    group: last('Group'),
    home: plainPath(home),
    homeSource: environment.HOME === undefined ? 'passwd' : 'environment',
    dataDir,
    dataDirSource: named !== null ? 'argument' : fromEnvironment !== undefined ? 'environment' : 'default',
    binary: started === undefined || started.program === '' ? null : started.program,
    args,
    site: site === null ? null : plainPath(site),
    siteSource: workingDirectory !== null ? 'working-directory' : site !== null ? 'environment' : null,
    lockPort: lockPortOf(bridge, { home, dataDir, variable: valueOf(bridge.variables.lockPort), args }),
    environment,
    umask: last('UMask'),
  };
}

function userOf(value: string | null): string {
  return value === null || value === '0' ? 'root' : value;
}

function dataDirArgument(args: readonly string[]): string | null {
  for (const [index, arg] of args.entries()) {
    if (arg === '--data-dir') return args[index + 1] ?? null;
    if (arg.startsWith('--data-dir=')) return arg.slice('--data-dir='.length);
  }
  return null;
}

/**
 * The arguments of a command as its program gets them: behind `@` without the name that it sees as its own, and with
 * variables replaced, unless `:` forbids that. Source: systemd.service(5), Command lines.
 */
export function argumentsOf(
  { args, prefixes }: { readonly args: readonly string[]; readonly prefixes: string },
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  const words = prefixes.includes('@') ? args.slice(1) : args;
  return prefixes.includes(':') ? words : words.flatMap((word) => expandVariables(word, environment));
}

/**
 * The words that an argument of a command becomes: `${NAME}` anywhere is replaced; `$NAME` as a word of its own is split at
 * blanks.
 */
function expandVariables(arg: string, environment: Readonly<Record<string, string>>): readonly string[] {
  const alone = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(arg)?.[1];
  if (alone !== undefined) return (environment[alone] ?? '').split(/\s+/).filter((word) => word !== '');
  return [
    arg.replace(/\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|(\$))/g, (_, name: string | undefined) =>
      name === undefined ? '$' : (environment[name] ?? ''),
    ),
  ];
}

function plainPath(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
}
