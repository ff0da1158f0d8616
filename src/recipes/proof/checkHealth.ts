import { bridgeNamed } from '../../kimaki/bridges/index.js';
import { askHealth } from '../../kimaki/instance/index.js';
import type { Health } from '../../kimaki/instance/index.js';
import { remedy } from '../../posix/findings/index.js';
import { readProcess } from '../../posix/processes/index.js';
import type { ProcessStatus } from '../../posix/processes/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** A child that was just started needs a moment until it listens. */
const DEADLINE_MS = 15_000;

/** Point 1: the bridge says on its port that it is well, and the process that says so is the unit's and has its account. */
export async function checkHealth(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  const { instance } = subject;
  const { healthPath } = bridgeNamed(instance.bridge);
  if (healthPath === null || instance.lockPort === null) return [];
  const verdicts = verdictsOf('health', 1, instance.unit);
  if (instance.state.mainPid === 0) {
    const way = remedy.command('systemctl', 'start', instance.unit);
    return [verdicts.unchecked(`${instance.unit} is ${instance.state.activeState}`, way)];
  }
  const asked = await askHealth(instance.lockPort, healthPath, { deadlineMs: DEADLINE_MS });
  if (asked.isErr()) {
    return [verdicts.failed(asked.error.message, remedy.command('journalctl', '-u', instance.unit, '-n', '50'))];
  }
  const process = await readProcess(asked.value.pid);
  return [judgeHealth(subject, asked.value, process.unwrapOr(null))];
}

/** Decides over what answered; `process` is the one it names, null where there is none. Pure. */
export function judgeHealth(
  { instance, service }: Pick<Subject, 'instance' | 'service'>,
  { pid, wrapperPid }: Health,
  process: Pick<ProcessStatus, 'uid'> | null,
): AcceptanceCheck {
  const { unit, state, lockPort } = instance;
  const { passed, failed } = verdictsOf('health', 1, unit);
  const where = `port ${lockPort ?? 0}`;
  if (pid !== state.mainPid && wrapperPid !== state.mainPid) {
    return failed(`${where} is answered by process ${pid}, which is not of ${unit} (pid ${state.mainPid})`);
  }
  if (process === null) return failed(`${where} is answered for process ${pid}, which does not exist`);
  return process.uid === service.user.uid
    ? passed(`${where} answers that it is well: process ${pid} as ${service.user.name}`)
    : failed(`${where} is answered by process ${pid}, which has uid ${process.uid} instead of ${service.user.uid}`);
}
