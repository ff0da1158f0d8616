import { AsyncLocalStorage } from 'node:async_hooks';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkRunnableName } from '../names/index.js';
import { oneLineCommands, parseShow, parseShownEnvironmentFiles, parseShownList, parseTimeSpan } from './parseShow.js';
import { systemctl, unitNotFound } from './systemctl.js';
import type { ManagerOptions } from './systemctl.js';
import type { SystemdError } from './systemdError.js';

/** A unit as systemd has it loaded, drop-ins included, and what it is doing. Texts are empty where there is nothing. */
export interface UnitState {
  /** The main name. */
  readonly id: string;
  /** The main name and all aliases. */
  readonly names: readonly string[];
  /** `loaded`, `masked`, `error`, `bad-setting`, `not-found` (it runs, and its file is gone), … */
  readonly loadState: string;
  /** `active`, `inactive`, `failed`, `activating`, `deactivating`, `reloading`. */
  readonly activeState: string;
  /** Finer, by type: `running`, `exited`, `dead`, `auto-restart`, `waiting`, … */
  readonly subState: string;
  /** `enabled`, `disabled`, `static`, `masked`, `generated`, `transient`, … */
  readonly unitFileState: string;
  /** The unit file, or null for a unit without one. For a masked unit the link that masks it. */
  readonly fragmentPath: string | null;
  /** In the order in which systemd applies them. */
  readonly dropInPaths: readonly string[];
  /** The files differ from what is loaded. */
  readonly needDaemonReload: boolean;
  /** Made by `systemd-run` or another program; gone when it stops. */
  readonly transient: boolean;
  /** Units that activate this one: timers, sockets, paths. */
  readonly triggeredBy: readonly string[];
  /** Units that this one activates. */
  readonly triggers: readonly string[];
  /** Units that are stopped when this one is: by their `Requires=`, `Requisite=`, `BindsTo=`, `PartOf=`, or its `PropagatesStopTo=`. */
  readonly stoppedAlong: readonly string[];
  /** Monotonic microseconds at which it last became active; null when it never did. */
  readonly activeEnterUsec: number | null;
  /** Monotonic microseconds at which it last left being active; null when it never did. */
  readonly activeExitUsec: number | null;

  /** `simple`, `oneshot`, `notify`, …; empty for what is no service, as are all fields below. */
  readonly type: string;
  /** `RemainAfterExit=`: counts as active after its processes have ended. */
  readonly remainAfterExit: boolean;
  /** `User=`; empty for root. */
  readonly user: string;
  /** `Group=`; empty for the user's own. */
  readonly group: string;
  readonly supplementaryGroups: readonly string[];
  /** `UMask=`; systemd's default, 0022, for what runs no processes. */
  readonly umask: number;
  /** 0 when there is none. */
  readonly mainPid: number;
  /** Automatic restarts since the last start by hand. */
  readonly nRestarts: number;
  /** `no`, `always`, `on-failure`, … */
  readonly restart: string;
  /** `RestartSec=`; null for never. */
  readonly restartUsec: number | null;
  /** Of the last run: `success`, `exit-code`, `signal`, `timeout`, … */
  readonly result: string;
  /** How the last main process ended: `exited`, `killed`, `dumped`; null while one runs or when there was none. */
  readonly execMainCode: 'exited' | 'killed' | 'dumped' | null;
  /** Its exit status, or the number of the signal. */
  readonly execMainStatus: number;
  /** Below the cgroup root; empty when it does not run. */
  readonly controlGroup: string;
  readonly workingDirectory: string;
  /** `Environment=` of unit and drop-ins, unquoted. May hold secrets. Files of `environmentFiles` win over it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly environmentFiles: readonly { readonly path: string; readonly optional: boolean }[];
  /** As `systemctl show` prints it; for reading the arguments parse the file. May hold secrets. */
  readonly execStart: string;
  readonly noNewPrivileges: boolean;
  readonly dynamicUser: boolean;
  readonly privateUsers: boolean;
  /** `no`, `yes`, `read-only`, `tmpfs`. */
  readonly protectHome: string;
  /** `no`, `yes`, `full`, `strict`. */
  readonly protectSystem: string;
  readonly rootDirectory: string;
  readonly pamName: string;
}

/** Everything but `ExecStart`, which alone may hold line breaks. */
const PROPERTIES = [
  'Id,Names,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,NeedDaemonReload,Transient',
  'RequiredBy,RequisiteOf,BoundBy,ConsistsOf,PropagatesStopTo',
  'TriggeredBy,Triggers,ActiveEnterTimestampMonotonic,ActiveExitTimestampMonotonic',
  'Type,RemainAfterExit,User,Group,SupplementaryGroups,UMask,MainPID,NRestarts,Restart,RestartUSec,Result,ExecMainCode,ExecMainStatus',
  'ControlGroup,WorkingDirectory,Environment,EnvironmentFiles',
  'NoNewPrivileges,DynamicUser,PrivateUsers,ProtectHome,ProtectSystem,RootDirectory,PAMName',
].join(',');

/**
 * Gives the state of a unit as systemd has it loaded, drop-ins included.
 *
 * This is the manager's view: what a running process really has can differ until its restart (see `readProcess`), and
 * when `needDaemonReload` is set the files say something else. A masked unit has its state but none of its
 * settings, and so has one that runs although its file is gone (`not-found`). Aliases are followed. The answer holds the
 * environment, secrets included: do not print it.
 *
 * Errors: `UNIT_NOT_FOUND`, `INVALID_UNIT_NAME`, and the others of `SystemdError`.
 *
 * @example
 * ```ts
 * import { showUnit } from '@wca/runtime-sdk/systemd';
 *
 * const shown = await showUnit('kimaki.service');
 * if (shown.isErr()) console.error(shown.error.message);
 * else console.log(shown.value.activeState, shown.value.user === '' ? 'root' : shown.value.user);
 * ```
 */
export function showUnit(unit: string, options: ManagerOptions = {}): ResultAsync<UnitState, SystemdError> {
  const shown = readings.getStore();
  if (shown === undefined) return new ResultAsync(show(unit, options));
  const before = shown.get(unit) ?? show(unit, options);
  shown.set(unit, before);
  return new ResultAsync(before);
}

/** What was shown of each unit, within {@link withOneReading}. */
const readings = new AsyncLocalStorage<Map<string, Promise<Result<UnitState, SystemdError>>>>();

/**
 * Has {@link showUnit} ask about each unit once for as long as this work takes: for work that changes nothing, all of which
 * should be said of the same moment.
 */
export function withOneReading<T>(work: () => Promise<T>): Promise<T> {
  return readings.run(new Map(), work);
}

async function show(unit: string, options: ManagerOptions): Promise<Result<UnitState, SystemdError>> {
  const name = checkRunnableName(unit);
  if (name.isErr()) return err(name.error);
  const both = await systemctl(['show', `--property=${PROPERTIES},ExecStart`, '--', unit], { ...options, unit });
  if (both.isErr()) return err(both.error);
  let { stdout } = both.value;
  let execStart = oneLineCommands(stdout);
  if (execStart === null) {
    // Lines of a command would be read as properties: each is asked for by itself.
    const shown = await systemctl(['show', `--property=${PROPERTIES}`, '--', unit], { ...options, unit });
    if (shown.isErr()) return err(shown.error);
    const started = await systemctl(['show', '--property=ExecStart', '--value', '--', unit], { ...options, unit });
    if (started.isErr()) return err(started.error);
    stdout = shown.value.stdout;
    execStart = started.value.stdout.trim();
  }
  const state = toState(parseShow(stdout), execStart, parseShownEnvironmentFiles(stdout));
  const isUnknown = state.loadState === 'not-found' && state.activeState === 'inactive';
  return isUnknown ? err(unitNotFound(unit)) : ok(state);
}

function toState(
  properties: ReadonlyMap<string, string>,
  execStart: string,
  environmentFiles: UnitState['environmentFiles'],
): UnitState {
  const text = (key: string): string => properties.get(key) ?? '';
  const yes = (key: string): boolean => text(key) === 'yes';
  const list = (key: string): readonly string[] => parseShownList(text(key));
  const number = (key: string): number => (/^\d+$/.test(text(key)) ? Number(text(key)) : 0);
  const micros = (key: string): number | null => (number(key) === 0 ? null : number(key));
  return {
    id: text('Id'),
    names: list('Names'),
    loadState: text('LoadState'),
    activeState: text('ActiveState'),
    subState: text('SubState'),
    unitFileState: text('UnitFileState'),
    fragmentPath: text('FragmentPath') === '' ? null : text('FragmentPath'),
    dropInPaths: list('DropInPaths'),
    needDaemonReload: yes('NeedDaemonReload'),
    transient: yes('Transient'),
    triggeredBy: list('TriggeredBy'),
    triggers: list('Triggers'),
    stoppedAlong: [
      ...new Set(['RequiredBy', 'RequisiteOf', 'BoundBy', 'ConsistsOf', 'PropagatesStopTo'].flatMap(list)),
    ],
    activeEnterUsec: micros('ActiveEnterTimestampMonotonic'),
    activeExitUsec: micros('ActiveExitTimestampMonotonic'),
    type: text('Type'),
    remainAfterExit: yes('RemainAfterExit'),
    user: text('User'),
    group: text('Group'),
    supplementaryGroups: list('SupplementaryGroups'),
    umask: /^[0-7]+$/.test(text('UMask')) ? parseInt(text('UMask'), 8) : 0o022,
    mainPid: number('MainPID'),
    nRestarts: number('NRestarts'),
    restart: text('Restart'),
    restartUsec: parseTimeSpan(text('RestartUSec')),
    result: text('Result'),
    execMainCode: mainCode(number('ExecMainCode')),
    execMainStatus: number('ExecMainStatus'),
    controlGroup: text('ControlGroup'),
    workingDirectory: text('WorkingDirectory'),
    environment: toEnvironment(list('Environment')),
    environmentFiles,
    execStart,
    noNewPrivileges: yes('NoNewPrivileges'),
    dynamicUser: yes('DynamicUser'),
    privateUsers: yes('PrivateUsers'),
    protectHome: text('ProtectHome'),
    protectSystem: text('ProtectSystem'),
    rootDirectory: text('RootDirectory'),
    pamName: text('PAMName'),
  };
}

/** The `CLD_…` numbers of waitid(2). */
export function mainCode(code: number): UnitState['execMainCode'] {
  return code === 1 ? 'exited' : code === 2 ? 'killed' : code === 3 ? 'dumped' : null;
}

function toEnvironment(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word): [string, string] => {
      const equals = word.indexOf('=');
      return [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}
