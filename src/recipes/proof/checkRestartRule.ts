import {
  explainSudoRule,
  renderRestartRule,
  restartCommand,
  restartRulePath,
  rulesOf,
} from '../../kimaki/dispatch/index.js';
import type { SudoRule } from '../../kimaki/dispatch/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 9: where the agent may restart its own unit, the rule is in force and for nothing else. */
export async function checkRestartRule({ instance, service, accepted }: Subject): Promise<readonly AcceptanceCheck[]> {
  const { unit } = instance;
  const verdicts = verdictsOf('restart-rule', 9, unit);
  const file = await readRegularFile(restartRulePath(unit));
  if (file.isErr() && file.error.code !== 'NOT_FOUND') return [verdicts.failed(file.error.message)];
  const text = file.map(({ bytes }) => bytes.toString('utf8')).unwrapOr(null);
  if (text === null && accepted.allowRestart !== true) return [];
  const rule = await explainSudoRule(service.user.name, 'root', restartCommand(unit));
  if (rule.isErr()) return [verdicts.failed(rule.error.message)];
  return [judgeRestartRule(unit, service.user.name, text, rule.value)];
}

/** Decides over the text of the rule's file, null where there is none, and over what sudo makes of the policy. Pure. */
export function judgeRestartRule(
  unit: string,
  user: string,
  text: string | null,
  { allowed, reason }: Pick<SudoRule, 'allowed' | 'reason'>,
): AcceptanceCheck {
  const { passed, failed } = verdictsOf('restart-rule', 9, unit);
  const path = restartRulePath(unit);
  if (text === null) return failed(`${path} does not exist, by which ${user} was to restart ${unit}`);
  const wanted = renderRestartRule(unit, user).map(({ content }) => rulesOf(content).join('\n'));
  if (wanted.isErr()) return failed(wanted.error.message);
  if (rulesOf(text).join('\n') !== wanted.value)
    return failed(`${path} has other rules than "${wanted.value}": look what it lets ${user} do as root`);
  return allowed
    ? passed(`${user} may run systemctl restart ${unit} as root, by ${path}, which has no other rule`)
    : failed(`${user} may not run systemctl restart ${unit} as root, although ${path} says so: ${reason ?? ''}`);
}
