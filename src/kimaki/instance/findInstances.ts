import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { unlessAborted } from '../../posix/paths/index.js';
import { lookupUser } from '../../posix/accounts/index.js';
import { readProcess } from '../../posix/processes/index.js';
import type { IdentityError, User } from '../../posix/accounts/index.js';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { listUnits } from '../../systemd/manager/index.js';
import type { SystemdError, UnitState } from '../../systemd/manager/index.js';
import type { UnitSource } from '../../systemd/document/index.js';
import type { EffectiveUnit, UnitFileKind } from '../../systemd/load/index.js';
import { describeInstance } from './describeInstance.js';
import type { InstanceDescription } from './describeInstance.js';
import { findCompanions } from './findCompanions.js';
import { instanceName, unitPatterns } from '../bridges/index.js';
import { readEnvironmentFiles } from './readEnvironmentFiles.js';
import { readUnitFiles } from './readUnitFiles.js';
import type { ReadUnitFilesError, UnitOnHost } from './readUnitFiles.js';

/** The account a process runs as, and its umask. @inline */
export interface RunningUser {
  readonly pid: number;
  readonly uid: number;
  /** Null for a uid without an account. */
  readonly name: string | null;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  readonly umask: number;
}

/** One install of a bridge on this host: kimaki, Roadie … */
export interface KimakiInstance extends InstanceDescription {
  readonly unit: string;
  /** The unit file. */
  readonly fragmentPath: string;
  /** The unit file first, then the drop-ins in the order systemd applies them; their bytes are the documents'. */
  readonly files: readonly UnitSource[];
  /** What they come to, see `readUnitFiles`. */
  readonly effective: EffectiveUnit;
  readonly state: UnitState;
  /** What kind of file the unit file is: the administrator's own, a package's, a link … */
  readonly kind: UnitFileKind;
  /** Who it runs as: three answers that can differ. */
  readonly users: {
    /** As the files say. */
    readonly configured: string;
    /** As the manager has it loaded. */
    readonly loaded: string;
    /** As the process really is, from /proc; null when none runs. */
    readonly running: RunningUser | null;
  };
  /** Home of the configured user, from passwd; null when there is no such account. */
  readonly accountHome: string | null;
  /** Services that work on the same site under the same identity, then the timers and other units that start them. */
  readonly companions: readonly string[];
}

/** Why the host could not be read. */
export type FindInstancesError = ReadUnitFilesError | IdentityError | ReadFileError | SystemdError | IoError | Aborted;

/**
 * Lists the installs of bridges on this host, each with its files, identity, data directory, site and companions.
 *
 * Units called `roadie.service`, `roadie-NAME.service`, `kimaki.service`, `kimaki-NAME.service`, `cc-connect.service` and
 * `opencode-telegram.service` are read. Masked units and names without a file are skipped,
 * unless named in `unit`, where they are an error. A named unit may have any name. What is configured is
 * told from the files on disk, drop-ins and `EnvironmentFile=` included, whatever the manager has loaded. It reads only. The
 * answer holds the unit's secrets (`environment`, `files`, `state`) and must not be printed as it is.
 *
 * @example
 * ```ts
 * import { findInstances } from '@wca/runtime-sdk/kimaki';
 *
 * const instances = await findInstances();
 * if (instances.isErr()) console.error(instances.error.message);
 * else for (const { unit, users, dataDir } of instances.value) console.log(unit, users.running?.uid ?? '-', dataDir);
 * ```
 */
export function findInstances(
  options: { readonly unit?: string; readonly signal?: AbortSignal } = {},
): ResultAsync<readonly KimakiInstance[], FindInstancesError> {
  return new ResultAsync(find(options.unit, options.signal));
}

async function find(
  named: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Result<readonly KimakiInstance[], FindInstancesError>> {
  const listed = named === undefined ? await listUnits(unitPatterns()) : ok([named]);
  if (listed.isErr()) return err(listed.error);
  const units = named === undefined ? listed.value.filter((unit) => instanceName(unit) !== null) : listed.value;
  const instances = new Map<string, KimakiInstance>();
  for (const unit of [...units].sort()) {
    const go = unlessAborted(signal, 'reading the instances');
    if (go.isErr()) return err(go.error);
    const found = await readUnitFiles(unit);
    if (found.isErr()) {
      const absent = found.error.code === 'UNIT_NOT_FOUND' || found.error.code === 'UNIT_WITHOUT_FILE';
      if (absent && named === undefined) continue;
      return err(found.error);
    }
    // An alias gives the unit it refers to.
    if (instances.has(found.value.state.id)) continue;
    const instance = await readInstance(found.value, signal);
    if (instance.isErr()) return err(instance.error);
    instances.set(instance.value.unit, instance.value);
  }
  return ok([...instances.values()]);
}

async function readInstance(
  { state, files, effective, kind }: UnitOnHost,
  signal: AbortSignal | undefined,
): Promise<Result<KimakiInstance, FindInstancesError>> {
  const unit = state.id;
  const account = await accountOf(describeInstance({ effective, accountHome: null }).user);
  if (account.isErr()) return err(account.error);
  const accountHome = account.value?.home ?? null;
  const environmentFiles = await readEnvironmentFiles(effective);
  if (environmentFiles.isErr()) return err(environmentFiles.error);

  const description = describeInstance({ effective, environmentFiles: environmentFiles.value, accountHome });
  const running = await runningUser(state.mainPid);
  if (running.isErr()) return err(running.error);
  const { site, user, home } = description;
  const companions = await findCompanions({ unit, site, user, home }, signal === undefined ? {} : { signal });
  if (companions.isErr()) return err(companions.error);
  return ok({
    ...description,
    unit,
    fragmentPath: files[0]?.path ?? '',
    files,
    effective,
    state,
    kind,
    users: { configured: user, loaded: state.user === '' ? 'root' : state.user, running: running.value },
    accountHome,
    companions: companions.value,
  });
}

/** `User=` can be a uid, also one without an account. */
async function accountOf(user: string): Promise<Result<User | null, IdentityError>> {
  const account = await lookupUser(/^[0-9]+$/.test(user) ? Number(user) : user);
  if (account.isOk()) return ok(account.value);
  return ['USER_NOT_FOUND', 'INVALID_USER_NAME'].includes(account.error.code) ? ok(null) : err(account.error);
}

async function runningUser(pid: number): Promise<Result<RunningUser | null, IdentityError | IoError>> {
  if (pid === 0) return ok(null);
  const status = await readProcess(pid);
  if (status.isErr()) return status.error.code === 'PROCESS_GONE' ? ok(null) : err(status.error);
  const { uid, gid, groups, umask } = status.value;
  const user = await lookupUser(uid);
  if (user.isErr() && user.error.code !== 'USER_NOT_FOUND') return err(user.error);
  return ok({ pid, uid, name: user.isOk() ? user.value.name : null, gid, groups, umask });
}
