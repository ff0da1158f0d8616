import { printableText } from '../../posix/paths/index.js';
import type { Plan, PlannedStep } from '../../recipes/engine/index.js';
import type { OptionRemedy, Remedy } from '../../posix/findings/index.js';
import type { Output } from '../createOutput.js';
import { isRemedy, optionOf } from './renderRemedy.js';

const LABEL_WIDTH = 12;

/** What steps of a kind do, for the count of them; a sweep is counted by its entries. */
const WORDS: readonly {
  readonly kind: string;
  readonly one: string;
  readonly many: string;
  readonly isSweep?: true;
}[] = [
  { kind: 'posix.reclaim', one: 'owner of 1 entry', many: 'owner of # entries', isSweep: true },
  { kind: 'posix.openToGroup', one: 'group access to 1 entry', many: 'group access to # entries', isSweep: true },
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
  const room = output.columns - LABEL_WIDTH - 2;
  const texts = (kind: string): readonly string[] =>
    plan.notices.filter((notice) => notice.kind === kind).map(({ text }) => printableText(text));
  const row = (label: string, lines: readonly string[]): void => {
    for (const [index, line] of lines.entries())
      output.print(`  ${output.style('bold', (index === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`);
  };
  const told = (label: string, ...sentences: readonly string[]): void => {
    row(
      label,
      sentences.flatMap((text) => wrapped(text, room)),
    );
  };
  const short = (label: string, lines: readonly string[]): void => {
    row(
      label,
      lines.map((line) => cut(line, room)),
    );
  };
  const [subject = plan.recipe] = texts('subject');
  output.print(`${output.style('bold', 'Plan')} for ${plan.host.hostname}: ${subject}`);
  if (plan.changed) {
    told('agent down', ...texts('downtime'));
    told('restarts', ...texts('restart'));
    told('changes', changes(plan.steps));
    told('together', ...texts('together'));
  } else output.print('Nothing to do: this host is as it should be.');
  told('agent loses', texts('lost-ability').map(head).join('; '));
  told('stays', texts('left-behind').map(head).join('; '));
  short('decide', decisions(plan));
  short('mind', texts('warning'));
  if (plan.changed) told('undo', 'wca migrate-off-root rollback, at any time; it names what was edited since');
  output.print('');
  output.print('Nothing was changed. Every step, diff and sentence in full: --details');
  if (plan.changed && next !== null) output.print(`${output.style('bold', 'Next:')} ${next}`);
}

/** The counts of what will be done, by kind; what a sweep finds only later is not counted. */
function changes(steps: readonly PlannedStep[]): string {
  const open = steps.filter(({ state }) => state !== 'satisfied');
  const counts = WORDS.flatMap(({ kind, one, many, isSweep }) => {
    const alike = open.filter((step) => step.kind === kind);
    const count = isSweep ? alike.reduce((sum, { entries = 0 }) => sum + entries, 0) : alike.length;
    return count === 0 ? [] : [count === 1 ? one : many.replace('#', count.toLocaleString('en'))];
  });
  return [...counts, `in ${open.length} steps`].join(', ');
}

/** Each option that changes the plan, with what it is for. */
function decisions({ notices }: Plan): readonly string[] {
  const found = notices.flatMap(({ text, remedy }) =>
    (isRemedy(remedy) ? optionsIn(remedy) : []).map((option): readonly [string, string] => [
      optionOf(option),
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
