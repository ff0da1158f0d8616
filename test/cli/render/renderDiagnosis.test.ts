import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { findingsAbout, remedy } from '../../../src/posix/findings/index.js';
import { createOutput } from '../../../src/cli/createOutput.js';
import { diagnosisRecord, renderDiagnosis } from '../../../src/cli/render/renderDiagnosis.js';

type Subjects = Parameters<typeof renderDiagnosis>[1]['subjects'];

async function shown(subjects: Subjects): Promise<string> {
  const stdout = new PassThrough();
  const output = createOutput(
    { stdout, stderr: new PassThrough() },
    { json: false, color: false, verbosity: 'normal' },
  );
  renderDiagnosis(output, { ok: true, subjects });
  stdout.end();
  return text(stdout);
}

const about = findingsAbout('kimaki.service');

const HOST: Subjects[number] = {
  kind: 'host',
  name: 'one',
  path: null,
  lookedAt: ['systemd', 'migrations'],
  findings: [],
  notChecked: [],
};
const UNIT: Subjects[number] = {
  ...HOST,
  kind: 'instance',
  name: 'kimaki.service',
  path: '/etc/systemd/system/kimaki.service',
};

test('tells each finding with its fix, what was not checked apart, and counts at the end', async () => {
  const findings = [
    about('runs-as-root', 'broken', 'it runs as root', remedy.recipe('migrateOffRoot', 'plan')),
    about('path-entry', 'risk', 'PATH has /opt', remedy.text('take it out')),
  ];
  const site = { ...HOST, kind: 'site', name: '/srv/a', path: '/srv/a', notChecked: ['uploads: no php'] } as const;
  expect(await shown([HOST, { ...UNIT, findings }, site])).toBe(`host one
  fine    systemd, migrations

instance kimaki.service (/etc/systemd/system/kimaki.service)
  broken  it runs as root [runs-as-root]
          fix: wca migrate-off-root plan
  risk    PATH has /opt [path-entry]
          fix: take it out

site /srv/a
  ?       not checked: uploads: no php

1 broken, 1 risk, 0 notes, 1 not checked; looked at this host, 1 instance and 1 site
`);
});

test('tells one fix of several findings once, behind all of them', async () => {
  const migrate = remedy.recipe('migrateOffRoot', 'plan');
  const findings = [
    about('runs-as-root', 'broken', 'it runs as root', migrate),
    about('path-entry', 'risk', 'PATH has /opt', remedy.text('take it out')),
    about('allow-root', 'risk', 'wp runs as root', migrate),
  ];
  expect(await shown([{ ...UNIT, findings }])).toContain(`  broken  it runs as root [runs-as-root]
  risk    wp runs as root [allow-root]
          fix: wca migrate-off-root plan
  risk    PATH has /opt [path-entry]
          fix: take it out
`);
});

test('calls nothing fine of which something was not checked', async () => {
  expect(await shown([{ ...HOST, notChecked: ['migrations: EACCES'] }])).not.toContain('fine');
});

test('keeps whatever stands in a name on one line, escaped and short', async () => {
  const what = `a\nfine\u001b[2J\u202e ${'x'.repeat(2_000)}`;
  const said = await shown([
    { ...UNIT, name: 'kimaki-\u001b.service', findings: [about('x', 'note', what, remedy.text('b\nc'))] },
  ]);
  expect(['\u001b', '\u202e'].filter((one) => said.includes(one))).toEqual([]);
  expect(said.split('\n')).toHaveLength(6);
  expect(Math.max(...said.split('\n').map((line) => line.length))).toBeLessThan(700);
});

test('gives programs each remedy as data and in words', () => {
  const finding = about('path-entry', 'risk', 'PATH has /opt', remedy.command('systemctl', 'daemon-reload'));
  expect(diagnosisRecord({ ok: true, subjects: [{ ...UNIT, findings: [finding] }] })).toMatchObject({
    ok: true,
    subjects: [{ name: 'kimaki.service', findings: [{ ...finding, fix: 'systemctl daemon-reload' }] }],
  });
});
