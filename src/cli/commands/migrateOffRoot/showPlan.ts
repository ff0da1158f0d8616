import { shellWord } from '../../../posix/paths/index.js';
import type { Plan } from '../../../recipes/engine/index.js';
import type { CommandContext } from '../../command.js';
import { renderPlan } from '../../render/renderPlan.js';
import { renderPlanSummary } from '../../render/renderPlanSummary.js';
import { PLAN_OPTIONS } from './optionSpecs.js';

export const DETAILS = {
  name: 'details',
  help: 'print each step with its reason and diff, and every notice in full',
} as const;

type Context = Pick<CommandContext<'details'>, 'flag' | 'output'>;

/** Prints a plan on one screen, or whole with `--details`; `next` is the command that carries it out. */
export function showPlan({ flag, output }: Context, plan: Plan, next: string | null): void {
  if (output.json) return;
  if (flag('details')) renderPlan(output, plan);
  else renderPlanSummary(output, plan, next);
}

/** The command that carries out what was planned by these options, or the plan that was saved. */
export function applyCommand(
  { flag, values }: Pick<CommandContext, 'flag' | 'values'>,
  saved: string | undefined,
): string {
  const options = PLAN_OPTIONS.flatMap((option) => {
    if (!('value' in option)) return flag(option.name) ? [`--${option.name}`] : [];
    return values(option.name).map((value) => `--${option.name} ${shellWord(value)}`);
  });
  return ['wca migrate-off-root apply', ...(saved === undefined ? options : [shellWord(saved)])].join(' ');
}

/** What is asked before the first change: on which host, what moves, how long the agent is down, what restarts. */
export function questionOf({ host, notices }: Plan): string {
  const short = (kind: string): string | undefined =>
    notices.find((notice) => notice.kind === kind)?.text.split(': ')[0];
  const [subject, downtime, restart] = ['subject', 'downtime', 'restart'].map(short);
  const parts = [
    subject,
    downtime === undefined ? undefined : `agent down for ${downtime}`,
    restart === undefined ? undefined : `${restart} restarts`,
  ].filter((part) => part !== undefined);
  return `Carry this out on ${host.hostname}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}?`;
}
