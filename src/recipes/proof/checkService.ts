import { SHARED_UMASK } from '../../kimaki/identity/index.js';
import { readBotState } from '../../kimaki/instance/index.js';
import type { BotState } from '../../kimaki/instance/index.js';
import { remedy } from '../../posix/findings/index.js';
import { octalMode } from '../../posix/paths/index.js';
import { readProcess } from '../../posix/processes/index.js';
import type { ProcessStatus } from '../../posix/processes/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/**
 * Point 1: the service is active, its process has the uid, gid, groups and umask of the account, and behind it the bot runs:
 * its lock port and its database are open, by a process that was not started again just now.
 */
export async function checkService(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  const { state, unit } = subject.instance;
  if (state.mainPid === 0) return [judgeService(subject, null)];
  const read = await readProcess(state.mainPid);
  const bot = await readBotState(subject.instance);
  return [
    read.match(
      (status) => judgeService(subject, status),
      ({ message }) => verdictsOf('service', 1, unit).failed(message),
    ),
    bot.match(
      (found) => judgeBotState(subject, found),
      ({ message }) => verdictsOf('bot', 1, unit).failed(message),
    ),
  ];
}

/** Decides over the bot behind the main process. Pure. */
export function judgeBotState(
  { instance: { unit, lockPort, dataDir } }: Pick<Subject, 'instance'>,
  { problem, databases }: BotState,
): AcceptanceCheck {
  const { passed, failed } = verdictsOf('bot', 1, unit);
  return problem === null
    ? passed(
        `the bot of ${unit} listens on port ${lockPort ?? 'none'} and has ${databases.join(', ')} of ${dataDir} open`,
      )
    : failed(problem, remedy.command('journalctl', '-u', unit, '-n', '50'));
}

type Process = Pick<ProcessStatus, 'uid' | 'euid' | 'gid' | 'egid' | 'groups' | 'umask'>;

/** Decides over the main process of the service; null where none runs. Pure. */
export function judgeService(
  { instance, service }: Pick<Subject, 'instance' | 'service'>,
  process: Process | null,
): AcceptanceCheck {
  const { unit, state } = instance;
  const { passed, failed, unchecked } = verdictsOf('service', 1, unit);
  const { user, group, groups } = service;
  if (process === null) {
    if (state.user === user.name) {
      return unchecked(`${unit} is ${state.activeState}`, remedy.command('systemctl', 'start', unit));
    }
    const would = state.user === '' ? 'root' : state.user;
    return failed(`${unit} is ${state.activeState} and would run as ${would}, not as ${user.name}`);
  }
  const wrong: string[] = [];
  if (process.uid !== user.uid || process.euid !== user.uid) wrong.push(`uid ${process.uid} instead of ${user.uid}`);
  if (process.gid !== group.gid || process.egid !== group.gid) wrong.push(`gid ${process.gid} instead of ${group.gid}`);
  const missing = groups.filter(({ gid }) => gid !== group.gid && !process.groups.includes(gid));
  if (missing.length > 0) wrong.push(`without the groups ${missing.map(({ name }) => name).join(', ')}`);
  if (process.umask !== SHARED_UMASK)
    wrong.push(`umask ${octalMode(process.umask)} instead of ${octalMode(SHARED_UMASK)}`);
  if (!groups.some(({ gid }) => gid === 0) && process.groups.includes(0))
    wrong.push('with the group root, which the account is not in');
  if (state.activeState !== 'active') wrong.push('not active');
  const who = `${unit} is ${state.activeState}, pid ${state.mainPid}`;
  if (wrong.length > 0) {
    return failed(`${who}: ${wrong.join(', ')}`, remedy.command('journalctl', '-u', unit, '-n', '50'));
  }
  const names = groups.map(({ name }) => name).join(',');
  return passed(`${who} as ${user.name} (${names}), umask ${octalMode(process.umask)}`);
}
