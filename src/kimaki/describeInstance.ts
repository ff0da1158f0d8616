import { parseEnvironment, parseExec } from '../systemd/index.js';
import { instanceName } from './instanceName.js';
import { effectiveAssignments, effectiveValue } from './unitFile.js';
import type { UnitFile } from './unitFile.js';

/** What an instance is described from. */
export interface InstanceFacts {
  readonly unit: string;
  /** The fragment first, then the drop-ins as systemd applies them. */
  readonly files: readonly UnitFile[];
  /** Variables of its `EnvironmentFile=`s in order; they win over `Environment=` (systemd.exec(5)). */
  readonly environmentFiles?: readonly Readonly<Record<string, string>>[];
  /** Home of the account `User=` names, from passwd; null when there is none. */
  readonly accountHome: string | null;
}

/** What the files of a unit say about its instance. */
export interface InstanceDescription {
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
  /** Null when `KIMAKI_LOCK_PORT` is no port. */
  readonly lockPort: number | null;
  /** Every variable, secrets included: never print it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly umask: string | null;
}

/** Where kimaki listens when nobody says otherwise. */
export const DEFAULT_LOCK_PORT = 29988;

/**
 * Tells what an instance is from its unit's files alone: user, home, data directory, program, site, port; pure.
 *
 * The data directory is the `--data-dir` argument, else `KIMAKI_DATA_DIR`, else `HOME/.kimaki`; the site is
 * `WorkingDirectory=`, else `DATAMACHINE_SITE_PATH`. `%h` is root's home in a system unit whoever it runs as. It
 * describes the files: what systemd has loaded may be older, and what runs older still. Other specifiers than
 * `%h %n %N %p %i %j %%` stay as they are.
 *
 * @example
 * ```ts
 * import { parseUnit } from '@wca/runtime-sdk/systemd';
 * import { describeInstance } from '@wca/runtime-sdk/kimaki';
 *
 * const document = parseUnit('[Service]\nExecStart=/usr/bin/kimaki --data-dir /root/.kimaki\n');
 * const files = [{ path: '/etc/systemd/system/kimaki.service', document }];
 * const instance = describeInstance({ unit: 'kimaki.service', files, accountHome: '/root' });
 * console.log(instance.user, instance.dataDir); // root /root/.kimaki
 * ```
 */
export function describeInstance(facts: InstanceFacts): InstanceDescription {
  const { files, unit } = facts;
  const expand = (text: string): string => expandSpecifiers(text, unit);
  const environment: Record<string, string> = {};
  for (const { assignment } of effectiveAssignments(files, 'Service', (key) => key === 'Environment')) {
    for (const { name, value } of parseEnvironment(assignment.value)) environment[name] = expand(value);
  }
  for (const variables of facts.environmentFiles ?? []) Object.assign(environment, variables);

  const started = parseExec(effectiveValue(files, 'Service', 'ExecStart') ?? '');
  const args = started.args.flatMap((arg) => expandVariables(expand(arg.value), environment));
  const named = dataDirArgument(args);
  const home = environment.HOME ?? facts.accountHome ?? '/';
  const fromEnvironment = environment.KIMAKI_DATA_DIR;
  const directory = effectiveValue(files, 'Service', 'WorkingDirectory')?.replace(/^-/, '') ?? null;
  const workingDirectory = directory === null || directory === '~' ? null : plainPath(expand(directory));
  const site = workingDirectory ?? environment.DATAMACHINE_SITE_PATH ?? null;
  const port = environment.KIMAKI_LOCK_PORT;
  return {
    name: instanceName(unit),
    user: userOf(effectiveValue(files, 'Service', 'User')),
    group: effectiveValue(files, 'Service', 'Group'),
    home: plainPath(home),
    homeSource: environment.HOME === undefined ? 'passwd' : 'environment',
    dataDir: plainPath(named ?? fromEnvironment ?? `${home}/.kimaki`),
    dataDirSource: named !== null ? 'argument' : fromEnvironment !== undefined ? 'environment' : 'default',
    binary: started.path === '' ? null : expand(started.path),
    args,
    site: site === null ? null : plainPath(site),
    siteSource: workingDirectory !== null ? 'working-directory' : site !== null ? 'environment' : null,
    lockPort: port === undefined ? DEFAULT_LOCK_PORT : portOf(port),
    environment,
    umask: effectiveValue(files, 'Service', 'UMask'),
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

/** systemd.unit(5), Specifiers; those that need the running manager stay. */
function expandSpecifiers(text: string, unit: string): string {
  const withoutType = unit.replace(/\.[a-z]+$/, '');
  const [prefix = '', instance = ''] = withoutType.split('@');
  const known: Readonly<Record<string, string>> = {
    '%': '%',
    h: '/root',
    n: unit,
    N: withoutType,
    p: prefix,
    i: instance,
    j: prefix.split('-').at(-1) ?? '',
  };
  return text.replace(/%([%hnNpij])/g, (specifier, letter: string) => known[letter] ?? specifier);
}

/** systemd.service(5): `${NAME}` anywhere is replaced; `$NAME` as a word of its own is split at blanks. */
function expandVariables(arg: string, environment: Readonly<Record<string, string>>): readonly string[] {
  const alone = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(arg)?.[1];
  if (alone !== undefined) return (environment[alone] ?? '').split(/\s+/).filter((word) => word !== '');
  return [
    arg.replace(/\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|(\$))/g, (_, name: string | undefined) =>
      name === undefined ? '$' : (environment[name] ?? ''),
    ),
  ];
}

function portOf(text: string): number | null {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 && port < 65536 ? port : null;
}

function plainPath(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
}
