import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lookupUser, lookupUserById, readProcess, readRegularFile } from '../posix/index.js';
import type { IdentityError, IoError, ReadFileError } from '../posix/index.js';
import { listUnits } from '../systemd/index.js';
import type { SystemdError, UnitState } from '../systemd/index.js';
import { describeInstance } from './describeInstance.js';
import type { InstanceDescription } from './describeInstance.js';
import { findCompanions } from './findCompanions.js';
import { instanceName } from './instanceName.js';
import { parseEnvironmentFile } from './parseEnvironmentFile.js';
import { readUnitFiles } from './readUnitFiles.js';
import type { ReadUnitFilesError } from './readUnitFiles.js';
import type { UnitFile } from './unitFile.js';

/** Who an instance runs as: three answers that need not agree. */
export interface InstanceUsers {
  /** As the files say. */
  readonly configured: string;
  /** As the manager has it loaded. */
  readonly loaded: string;
  /** As the process really is, from /proc; null when none runs. `name` is null for a uid without an account. */
  readonly running: { readonly pid: number; readonly uid: number; readonly name: string | null } | null;
}

/** One kimaki install on this host. */
export interface KimakiInstance extends InstanceDescription {
  readonly unit: string;
  /** The unit file. */
  readonly fragmentPath: string;
  /** The unit file first, then the drop-ins in the order systemd applies them; their bytes are the documents'. */
  readonly files: readonly UnitFile[];
  readonly state: UnitState;
  readonly users: InstanceUsers;
  /** Home of the configured user, from passwd; null when there is no such account. */
  readonly accountHome: string | null;
  /** Services that work on the same site under the same identity, then the timers and other units that start them. */
  readonly companions: readonly string[];
}

/** What kept the host from being looked at. */
export type FindInstancesError = ReadUnitFilesError | IdentityError | ReadFileError | SystemdError | IoError;

/**
 * Lists the kimaki installs of this host, each with its files, identity, data directory, site and companions.
 *
 * Units called `kimaki.service` and `kimaki-NAME.service` are looked at; masked ones and names without a file are
 * passed over, unless named in `unit`, where they are an error. A named unit may have any name. It reads only. The
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
  options: { readonly unit?: string } = {},
): ResultAsync<readonly KimakiInstance[], FindInstancesError> {
  return new ResultAsync(find(options.unit));
}

async function find(named: string | undefined): Promise<Result<readonly KimakiInstance[], FindInstancesError>> {
  const listed = named === undefined ? await listUnits(['kimaki.service', 'kimaki-*.service']) : ok([named]);
  if (listed.isErr()) return err(listed.error);
  const units = named === undefined ? listed.value.filter((unit) => instanceName(unit) !== null) : listed.value;
  const instances = new Map<string, KimakiInstance>();
  for (const unit of [...units].sort()) {
    const found = await readUnitFiles(unit);
    if (found.isErr()) {
      const absent = found.error.code === 'UNIT_NOT_FOUND' || found.error.code === 'UNIT_WITHOUT_FILE';
      if (absent && named === undefined) continue;
      return err(found.error);
    }
    const { state, files } = found.value;
    // An alias shows the unit it stands for.
    if (instances.has(state.id)) continue;
    const instance = await readInstance(state, files);
    if (instance.isErr()) return err(instance.error);
    instances.set(state.id, instance.value);
  }
  return ok([...instances.values()]);
}

async function readInstance(
  state: UnitState,
  files: readonly UnitFile[],
): Promise<Result<KimakiInstance, FindInstancesError>> {
  const unit = state.id;
  const account = await lookupUser(describeInstance({ unit, files, accountHome: null }).user);
  const isMissing = account.isErr() && ['USER_NOT_FOUND', 'INVALID_USER_NAME'].includes(account.error.code);
  if (account.isErr() && !isMissing) return err(account.error);
  const accountHome = account.isOk() ? account.value.home : null;

  const variables: Readonly<Record<string, string>>[] = [];
  for (const { path } of state.environmentFiles) {
    const read = await readRegularFile(path, { followLinks: true, maxBytes: 1024 * 1024 });
    if (read.isErr() && read.error.code !== 'NOT_FOUND') return err(read.error);
    if (read.isOk()) variables.push(parseEnvironmentFile(read.value.bytes.toString('utf8')));
  }

  const description = describeInstance({ unit, files, environmentFiles: variables, accountHome });
  const running = await runningUser(state.mainPid);
  if (running.isErr()) return err(running.error);
  const { site, user, home } = description;
  const companions = await findCompanions({ unit, site, user, home });
  if (companions.isErr()) return err(companions.error);
  return ok({
    ...description,
    unit,
    fragmentPath: files[0]?.path ?? '',
    files,
    state,
    users: { configured: user, loaded: state.user === '' ? 'root' : state.user, running: running.value },
    accountHome,
    companions: companions.value,
  });
}

async function runningUser(pid: number): Promise<Result<InstanceUsers['running'], IdentityError | IoError>> {
  if (pid === 0) return ok(null);
  const status = await readProcess(pid);
  if (status.isErr()) return status.error.code === 'PROCESS_GONE' ? ok(null) : err(status.error);
  const { uid } = status.value;
  const user = await lookupUserById(uid);
  if (user.isErr() && user.error.code !== 'USER_NOT_FOUND') return err(user.error);
  return ok({ pid, uid, name: user.isOk() ? user.value.name : null });
}
