import { SHARED_UMASK } from '../../kimaki/identity/index.js';
import { octalMode } from '../../posix/paths/index.js';
import { readProcess } from '../../posix/processes/index.js';
import { failed, passed, unchecked } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 1: the service is active, and its process really has the uid, gid, groups and umask of the account. */
export async function checkService({ instance, service }: Subject): Promise<readonly AcceptanceCheck[]> {
  const { unit, state } = instance;
  const id = 'service';
  const { user, group, groups } = service;
  if (state.mainPid === 0) {
    if (state.user !== user.name) {
      return [
        failed(
          id,
          1,
          `${unit} is ${state.activeState} and would run as ${state.user === '' ? 'root' : state.user}, not as ${user.name}`,
        ),
      ];
    }
    return [unchecked(id, 1, `${unit} is ${state.activeState}; start it and verify again`)];
  }
  const read = await readProcess(state.mainPid);
  if (read.isErr()) return [failed(id, 1, read.error.message)];
  const process = read.value;
  const wrong: string[] = [];
  if (process.uid !== user.uid || process.euid !== user.uid) wrong.push(`uid ${process.uid} instead of ${user.uid}`);
  if (process.gid !== group.gid || process.egid !== group.gid) wrong.push(`gid ${process.gid} instead of ${group.gid}`);
  const missing = groups.filter(({ gid }) => gid !== group.gid && !process.groups.includes(gid));
  if (missing.length > 0) wrong.push(`without the groups ${missing.map(({ name }) => name).join(', ')}`);
  if (process.umask !== SHARED_UMASK)
    wrong.push(`umask ${octalMode(process.umask)} instead of ${octalMode(SHARED_UMASK)}`);
  if (!groups.some(({ gid }) => gid === 0) && process.groups.includes(0))
    wrong.push('with the group root, which the account is not in');
  if (state.activeState !== 'active') wrong.push(`not active; see journalctl -u ${unit}`);
  const who = `${unit} is ${state.activeState}, pid ${state.mainPid}`;
  if (wrong.length > 0) return [failed(id, 1, `${who}: ${wrong.join(', ')}`)];
  const names = groups.map(({ name }) => name).join(',');
  return [passed(id, 1, `${who} as ${user.name} (${names}), umask ${octalMode(process.umask)}`)];
}
