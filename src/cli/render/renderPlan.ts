import type { Plan, PlannedStep } from '../../recipes/engine/index.js';
import { isRemedy, renderRemedy } from './renderRemedy.js';
import type { Output } from '../createOutput.js';

const PHASES: readonly { readonly phase: PlannedStep['phase']; readonly title: string }[] = [
  { phase: 'before', title: 'While the service runs' },
  { phase: 'window', title: 'The stop window' },
  { phase: 'after', title: 'After the start' },
];

const NOTICES: readonly { readonly kind: string; readonly title: string }[] = [
  { kind: 'size', title: 'How much moves' },
  { kind: 'lost-ability', title: 'The agent loses these abilities' },
  { kind: 'left-behind', title: 'What stays behind' },
  { kind: 'warning', title: 'Warnings' },
];

/** Prints a plan for people: each step with its reason and its diff, and then what the plan changes besides. */
export function renderPlan(output: Output, plan: Plan): void {
  output.print(`${output.style('bold', 'Plan')} for ${plan.host.hostname}: ${plan.recipe}`);
  for (const { kind, text } of plan.notices) if (kind === 'together') output.print(`Together: ${text}`);
  for (const { phase, title } of PHASES) {
    const steps = plan.steps.filter((step) => step.phase === phase && step.state !== 'satisfied');
    if (steps.length === 0) continue;
    output.print('');
    output.print(output.style('bold', title));
    for (const step of steps) renderStep(output, step);
  }
  for (const { kind, title } of NOTICES) {
    const notices = plan.notices.filter((notice) => notice.kind === kind);
    if (notices.length === 0) continue;
    output.print('');
    output.print(output.style('bold', title));
    const lead = kind === 'lost-ability' ? '; ' : '; to change that, ';
    for (const { text, remedy } of notices)
      output.print(`  - ${text}${isRemedy(remedy) ? `${lead}${renderRemedy(remedy)}` : ''}`);
  }
  output.print('');
  const satisfied = plan.steps.filter(({ state }) => state === 'satisfied').length;
  output.print(
    plan.changed
      ? `${plan.steps.length - satisfied} steps to do, ${satisfied} satisfied already. Nothing was changed.`
      : 'Nothing to do: this host is as it should be.',
  );
}

function renderStep(output: Output, { state, title, why, note, diff }: PlannedStep): void {
  const mark = state === 'needed' ? output.style('yellow', '~') : output.style('dim', '…');
  output.print(`  ${mark} ${title}${note === undefined ? '' : output.style('cyan', ` [${note}]`)}`);
  output.print(`      ${output.style('dim', why)}`);
  if (diff === undefined || diff === '') return;
  for (const line of diff.trimEnd().split('\n')) output.print(`      ${colored(output, line)}`);
}

function colored(output: Output, line: string): string {
  if (line.startsWith('+')) return output.style('green', line);
  return line.startsWith('-') ? output.style('red', line) : line;
}
