import type { DiagnosedSubject, HostDiagnosis, HostFinding } from '../../recipes/diagnosis/index.js';
import type { Output, Style } from '../createOutput.js';
import { printableText } from '../renderError.js';

const STYLES: Readonly<Record<HostFinding['severity'], Style>> = { broken: 'red', risk: 'yellow', note: 'cyan' };

/** Names come from the host; none is so long that its end matters more than the rest of the page. */
const MAX_LENGTH = 600;

/** Tells what is wrong, subject by subject, what is worst first, each with its fix; what was not checked is told apart. */
export function renderDiagnosis(output: Output, { subjects }: HostDiagnosis): void {
  for (const subject of subjects) renderSubject(output, subject);
  const all = subjects.flatMap(({ findings }) => findings);
  const count = (severity: HostFinding['severity']): number => all.filter((one) => one.severity === severity).length;
  const open = subjects.reduce((sum, { notChecked }) => sum + notChecked.length, 0);
  const looked = (kind: DiagnosedSubject['kind']): number => subjects.filter((one) => one.kind === kind).length;
  const found = [
    `${count('broken')} broken`,
    counted(count('risk'), 'risk'),
    counted(count('note'), 'note'),
    `${open} not checked`,
  ].join(', ');
  output.print(
    `${found}; looked at this host, ${counted(looked('instance'), 'instance')} and ${counted(looked('site'), 'site')}`,
  );
}

function renderSubject(output: Output, { kind, name, path, lookedAt, findings, notChecked }: DiagnosedSubject): void {
  const where = path === null || path === name ? '' : ` (${shown(path)})`;
  output.print(output.style('bold', `${kind} ${shown(name)}${where}`));
  if (findings.length === 0 && notChecked.length === 0) {
    output.print(`  ${output.style('green', 'fine'.padEnd(6))}  ${lookedAt.map(shown).join(', ')}`);
  }
  for (const { severity, code, found, fix } of findings) {
    output.print(
      `  ${output.style(STYLES[severity], severity.padEnd(6))}  ${shown(found)} ${output.style('dim', `[${code}]`)}`,
    );
    output.print(`          fix: ${shown(fix)}`);
  }
  for (const what of notChecked)
    output.print(`  ${output.style('yellow', '?'.padEnd(6))}  not checked: ${shown(what)}`);
  output.print('');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** On one line, whatever stands in it. */
function shown(text: string): string {
  const line = printableText(text);
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 2)} …`;
}
