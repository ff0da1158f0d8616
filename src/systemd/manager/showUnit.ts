import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkRunnableName } from '../names/index.js';
import { parseShow, parseShownEnvironmentFiles, parseShownList, parseTimeSpan } from './parseShow.js';
import { systemctl, unitNotFound } from './systemctl.js';
import type { SystemdError } from './systemdError.js';
import type { UnitState } from './unitState.js';

/** Everything but `ExecStart`, which alone may hold line breaks and is asked for by itself. */
const PROPERTIES = [
  'Id,Names,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,NeedDaemonReload,Transient',
  'RequiredBy,RequisiteOf,BoundBy,ConsistsOf,PropagatesStopTo',
  'TriggeredBy,Triggers,ActiveEnterTimestampMonotonic,ActiveExitTimestampMonotonic',
  'Type,RemainAfterExit,User,Group,SupplementaryGroups,UMask,MainPID,NRestarts,Restart,RestartUSec,Result,ExecMainCode,ExecMainStatus',
  'ControlGroup,WorkingDirectory,Environment,EnvironmentFiles',
  'NoNewPrivileges,DynamicUser,PrivateUsers,ProtectHome,ProtectSystem,RootDirectory,PAMName',
].join(',');

/**
 * Tells how systemd has a unit loaded at this moment, drop-ins included, and what the unit is doing.
 *
 * This is the manager's view: what a running process really has can differ until its restart (see `readProcess`), and
 * when `needDaemonReload` is set the files say something else. A masked or held unit has its state but none of its
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
export function showUnit(unit: string): ResultAsync<UnitState, SystemdError> {
  return new ResultAsync(show(unit));
}

async function show(unit: string): Promise<Result<UnitState, SystemdError>> {
  const name = checkRunnableName(unit);
  if (name.isErr()) return err(name.error);
  const [shown, started] = await Promise.all([
    systemctl(['show', `--property=${PROPERTIES}`, '--', unit], { unit }),
    systemctl(['show', '--property=ExecStart', '--value', '--', unit], { unit }),
  ]);
  if (shown.isErr()) return err(shown.error);
  if (started.isErr()) return err(started.error);
  const files = parseShownEnvironmentFiles(shown.value.stdout);
  const state = toState(parseShow(shown.value.stdout), started.value.stdout.trim(), files);
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
    activeEnterMicros: micros('ActiveEnterTimestampMonotonic'),
    activeExitMicros: micros('ActiveExitTimestampMonotonic'),
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
