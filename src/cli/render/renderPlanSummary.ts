import { printableText } from '../../posix/paths/index.js';
import type { Plan, PlannedStep } from '../../recipes/engine/index.js';
import type { OptionRemedy, Remedy } from '../../posix/findings/index.js';
import type { Output } from '../createOutput.js';
import { isRemedy, renderRemedy } from './renderRemedy.js';

const LABEL_WIDTH = 12;

/** What steps of a kind do, for the count of them; a sweep is counted by its entries. */
const WORDS: readonly { readonly kind: string; readonly one: string; readonly many: string }[] = [
  { kind: 'posix.reclaim', one: 'owner of 1 entry', many: 'owner of # entries' },
  { kind: 'posix.openToGroup', one: 'group access to 1 entry', many: 'group access to # entries' },
  { kind: 'posix.moveTree', one: '1 move', many: '# moves' },
  { kind: 'kimaki.rewriteUnit', one: '1 unit file', many: '# unit files' },
  { kind: 'posix.putFile', one: '1 new file', many: '# new files' },
  { kind: 'kimaki.sudoers', one: '1 sudo rule', many: '# sudo rules' },
  { kind: 'wordpress.channelCommand', one: '1 channel', many: '# channels' },
];

/**
 * Prints a plan on one screen: what is interrupted and changed, what is lost, what can be decided, how it is undone, and what
 * to type next. What does not fit is told whole by `--details`.
 *
 * @param next - the command that carries the plan out, or null where it is asked for next
 */
export function renderPlanSummary(output: Output, plan: Plan, next: string | null): void {
  const of = (kind: string): Plan['notices'] => plan.notices.filter((notice) => notice.kind === kind);
  const texts = (kind: string): readonly string[] => of(kind).map(({ text }) => printableText(text));
  const row = (label: string, lines: readonly string[]): void => {
    for (const [index, line] of lines.entries())
      output.print(`  ${output.style('bold', (index === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`);
  };
  const room = output.columns - LABEL_WIDTH - 2;
  const [subject = plan.recipe] = texts('subject');
  output.print(`${output.style('bold', 'Plan')} for ${plan.host.hostname}: ${subject}`);
  if (!plan.changed) {
    output.print('Nothing to do: this host is as it should be.');
  } else {
    row(
      'agent down',
      texts('downtime').flatMap((text) => wrapped(text, room)),
    );
    row(
      'restarts',
      texts('restart').flatMap((text) => wrapped(text, room)),
    );
    row('changes', wrapped(changes(plan.steps), room));
    row(
      'together',
      texts('together').flatMap((text) => wrapped(text, room)),
    );
  }
  row('agent loses', wrapped(texts('lost-ability').map(head).join('; '), room));
  row('stays', wrapped(texts('left-behind').map(head).join('; '), room));
  row(
    'decide',
    decisions(plan).map((line) => cut(line, room)),
  );
  row(
    'mind',
    texts('warning').map((text) => cut(text, room)),
  );
  if (plan.changed)
    row('undo', wrapped('wca migrate-off-root rollback, at any time; it names what was edited since', room));
  output.print('');
  output.print('Nothing was changed. Every step, diff and sentence in full: --details');
  if (plan.changed && next !== null) output.print(`${output.style('bold', 'Next:')} ${next}`);
}

/** The counts of what will be done, by kind; what only a later step decides is not counted. */
function changes(steps: readonly PlannedStep[]): string {
  const counts = WORDS.map(({ kind, one, many }) => {
    const open = steps.filter((step) => step.kind === kind && step.state !== 'satisfied');
    const count = open.reduce((sum, { entries, state }) => {
      if (entries !== undefined) return sum + entries;
      return SWEEPS.has(kind) && state === 'later' ? sum : sum + 1;
    }, 0);
    return count === 0 ? null : count === 1 ? one : many.replace('#', count.toLocaleString('en'));
  }).filter((text) => text !== null);
  const done = steps.filter(({ state }) => state !== 'satisfied').length;
  return [...counts, `in ${done} steps`].join(', ');
}

const SWEEPS: ReadonlySet<string> = new Set(['posix.reclaim', 'posix.openToGroup']);

/** Each option that changes the plan, with what it is for. */
function decisions({ notices }: Plan): readonly string[] {
  const found = notices.flatMap(({ text, remedy }) =>
    (isRemedy(remedy) ? optionsIn(remedy) : []).map((option): readonly [string, string] => [
      renderRemedy(option).replace(/^add /, ''),
      head(printableText(text)),
    ]),
  );
  const options = [...new Map(found).entries()];
  const longest = Math.max(0, ...options.map(([option]) => option.length));
  return options.map(([option, text]) => `${option.padEnd(longest)}  ${text}`);
}

function optionsIn(way: Remedy): readonly OptionRemedy[] {
  switch (way.kind) {
    case 'option':
      return [way];
    case 'any-of':
    case 'in-order':
      return way.remedies.flatMap(optionsIn);
    case 'when':
      return optionsIn(way.remedy);
    default:
      return [];
  }
}

/** What a notice is about, without its reason. */
function head(text: string): string {
  const [about = text] = text.split(/: | is kept as /);
  return about;
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

/** The lines of a text, broken between words. */
function wrapped(text: string, room: number): readonly string[] {
  if (text === '') return [];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
