import { effectiveUnit } from '../../systemd/load/index.js';
import { expandSpecifiers, parseEnvironment, parseExec, unitSpecifiers } from '../../systemd/values/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';
import { instanceName } from './instanceName.js';
import { effectiveAssignments } from './unitFile.js';
import type { UnitFile } from './unitFile.js';

/** What an instance is described from. */
export interface InstanceFacts {
  readonly unit: string;
  /** The fragment first, then the drop-ins as systemd applies them. */
  readonly files: readonly UnitFile[];
  /** What they come to, as `loadUnit` tells it; default what `effectiveUnit` makes of `files` alone. */
  readonly effective?: EffectiveUnit;
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
 * `WorkingDirectory=`, else `DATAMACHINE_SITE_PATH`. `%h` is root's home in a system unit whoever it runs as. What systemd
 * ignores of the files does not count here either; of a unit that does not load at all for one bad line, the others are
 * told as they stand. It describes the files: what systemd has loaded may be older, and what runs older still. A
 * specifier that is not known from the files stays as it is.
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
  const specifiers = unitSpecifiers(unit, files[0]?.path ?? null);
  const expand = (text: string): string => expandSpecifiers(text, specifiers).unwrapOr(text);
  const effective = facts.effective ?? effectiveOf(unit, files);
  // systemd stops at such a line. Who the service is meant to run as may stand behind it, and is not root for that.
  const isCut = effective.faults.some(({ line }) => line > 0);
  const all = (key: string): readonly string[] =>
    isCut
      ? asWritten(files, key, expand)
      : (effective.settings
          .find((one) => one.section === 'Service' && one.key === key)
          ?.values.map(({ value }) => value) ?? []);
  const last = (key: string): string | null => all(key).at(-1) ?? null;
  const environment: Record<string, string> = {};
  for (const assignment of all('Environment')) {
    const equals = assignment.indexOf('=');
    environment[assignment.slice(0, equals)] = assignment.slice(equals + 1);
  }
  for (const variables of facts.environmentFiles ?? []) Object.assign(environment, variables);

  const started = parseExec(last('ExecStart') ?? '');
  const args = started.args.flatMap((arg) => expandVariables(expand(arg.value), environment));
  const named = dataDirArgument(args);
  const home = environment.HOME ?? facts.accountHome ?? '/';
  const fromEnvironment = environment.KIMAKI_DATA_DIR;
  const directory = last('WorkingDirectory')?.replace(/^-/, '') ?? null;
  const workingDirectory = directory === null || directory === '~' ? null : plainPath(directory);
  const site = workingDirectory ?? environment.DATAMACHINE_SITE_PATH ?? null;
  const port = environment.KIMAKI_LOCK_PORT;
  return {
    name: instanceName(unit),
    user: userOf(last('User')),
    group: last('Group'),
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
    umask: last('UMask'),
  };
}

function effectiveOf(unit: string, files: readonly UnitFile[]): EffectiveUnit {
  const sources = files.map((file, index) => ({
    ...file,
    role: index === 0 ? ('fragment' as const) : ('drop-in' as const),
  }));
  return effectiveUnit(unit, sources, unitSpecifiers(unit, files[0]?.path ?? null));
}

/** The values of a key by their text alone, none of them judged. */
function asWritten(files: readonly UnitFile[], key: string, expand: (text: string) => string): readonly string[] {
  const values = effectiveAssignments(files, 'Service', (one) => one === key).map(({ assignment }) => assignment.value);
  if (key === 'ExecStart') return values;
  if (key !== 'Environment') return values.map(expand);
  return values.flatMap((value) =>
    parseEnvironment(value).map((variable) => `${variable.name}=${expand(variable.value)}`),
  );
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
