import type { Finding, Severity } from '../../posix/findings/index.js';
import type { DiagnosedSubject, HostDiagnosis } from '../../recipes/diagnosis/index.js';
import type { Output, Style } from '../createOutput.js';
import { printableText } from '../../posix/paths/index.js';
import { renderRemedy } from './renderRemedy.js';

const STYLES: Readonly<Record<Severity, Style>> = { broken: 'red', risk: 'yellow', note: 'cyan' };

/** Names come from the host; a longer line would hide the rest of the page. */
const MAX_LENGTH = 600;

/** The diagnosis as JSON: each finding also has its remedy in words, as `fix`. */
export function diagnosisRecord(diagnosis: HostDiagnosis): object {
  return {
    ...diagnosis,
    subjects: diagnosis.subjects.map((subject) => ({
      ...subject,
      findings: subject.findings.map((finding) => ({ ...finding, fix: renderRemedy(finding.remedy) })),
    })),
  };
}

/** Prints the findings of each subject, the most severe first, each fix once, and then what was not checked. */
export function renderDiagnosis(output: Output, { subjects }: HostDiagnosis): void {
  for (const subject of subjects) renderSubject(output, subject);
  const all = subjects.flatMap(({ findings }) => findings);
  const count = (severity: Severity): number => all.filter((one) => one.severity === severity).length;
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
  for (const [fix, alike] of byFix(findings)) {
    for (const { severity, id, what } of alike)
      output.print(
        `  ${output.style(STYLES[severity], severity.padEnd(6))}  ${shown(what)} ${output.style('dim', `[${id}]`)}`,
      );
    output.print(`          fix: ${shown(fix)}`);
  }
  for (const what of notChecked)
    output.print(`  ${output.style('yellow', '?'.padEnd(6))}  not checked: ${shown(what)}`);
  output.print('');
}

/** Findings with one fix stand together, where the most severe of them would, and the fix is told once. */
function byFix(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const fix = renderRemedy(finding.remedy);
    const group = groups.get(fix);
    if (group === undefined) groups.set(fix, [finding]);
    else group.push(finding);
  }
  return groups;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** On one line, whatever stands in it. */
function shown(text: string): string {
  const line = printableText(text);
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 2)} …`;
}
