import { expect, test } from 'vitest';
import { findingsAbout, remedy } from '../../../src/posix/findings/index.js';
import type { Finding } from '../../../src/posix/findings/index.js';
import { runFirst, toldOnce } from '../../../src/recipes/diagnosis/diagnoseHost.js';
import type { DiagnosedSubject } from '../../../src/recipes/diagnosis/hostDiagnosis.js';

const WAY = remedy.text('repair it');
const finding = (subject: string, id: string, what: string): Finding => findingsAbout(subject)(id, 'risk', what, WAY);

function subject(name: string, findings: readonly Finding[]): DiagnosedSubject {
  return { kind: 'instance', name, path: null, lookedAt: [], findings, notChecked: [] };
}

test('a finding that two instances have is told once, apart from both', () => {
  const shared = (name: string) => finding(name, 'cron-as-root', 'cron runs wp as root');
  const own = finding('a.service', 'runs-as-root', 'it runs as root');
  const { apart, common } = toldOnce([
    subject('a.service', [shared('a.service'), own]),
    subject('b.service', [shared('b.service')]),
  ]);
  expect(common.map(({ id }) => id)).toEqual(['cron-as-root']);
  expect(apart.map(({ name, findings }) => [name, findings.map(({ id }) => id)])).toEqual([
    ['a.service', ['runs-as-root']],
    ['b.service', []],
  ]);
});

test('the same kind of finding with other words stays with each instance', () => {
  const subjects = [
    subject('a.service', [finding('a.service', 'runs-as-root', 'a runs as root')]),
    subject('b.service', [finding('b.service', 'runs-as-root', 'b runs as root')]),
  ];
  expect(toldOnce(subjects)).toEqual({ apart: subjects, common: [] });
});

test('a finding that one instance has twice stays with it', () => {
  const twice = [finding('a.service', 'x', 'same'), finding('a.service', 'x', 'same')];
  expect(toldOnce([subject('a.service', twice)])).toMatchObject({ apart: [{ findings: twice }], common: [] });
});

test('while a run is unfinished its way on is that of every finding, also of units that it has masked', () => {
  const resume = remedy.recipe('migrateOffRoot', 'resume');
  const masked = finding('kimaki.service', 'unit-masked', 'it cannot be started');
  const run = findingsAbout('r1')('interrupted-run', 'broken', 'run r1 waits', resume);
  const told = runFirst([subject('host', [run]), subject('kimaki.service', [masked])]);
  expect(told.flatMap(({ findings }) => findings)).toEqual([run, { ...masked, remedy: resume }]);
  const alone = [subject('kimaki.service', [masked])];
  expect(runFirst(alone)).toEqual(alone);
});
