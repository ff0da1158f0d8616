// @module-tag systemd
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrationSteps } from '../../../../src/recipes/migrateOffRoot/plan/migrationSteps.js';
import { recoverySteps } from '../../../../src/recipes/migrateOffRoot/plan/recoverySteps.js';
import { tempDir } from '../../tempDir.js';
import { exampleFacts } from '../exampleFacts.js';

test('the recovery unit is there from before the window until after everything else', () => {
  const ids = migrationSteps(exampleFacts())
    ._unsafeUnwrap()
    .map(({ id }) => id);
  expect(ids.indexOf('recovery')).toBe(0);
  expect(ids.at(-1)).toBe('recovery-off');
});

test('it stays for as long as state or a unit could not go back: a reboot lets go of every hold, and it alone keeps them together', () => {
  const steps = migrationSteps(exampleFacts())._unsafeUnwrap();
  const undoneFirst = (id: string): readonly string[] =>
    steps.filter(({ undoneBefore }) => undoneBefore?.includes(id) === true).map((one) => one.id);
  // Where only the start fails, because of this very unit, it may go.
  expect(undoneFirst('recovery')).toEqual(['programs', 'move-1', 'unit-1', 'unit-2', 'unit-3']);
  expect(undoneFirst('recovery')).toEqual(undoneFirst('stop'));
});

test('where nothing could run it there is none', () => {
  const ids = migrationSteps(exampleFacts({ recovery: null }))
    ._unsafeUnwrap()
    .map(({ id }) => id);
  expect(ids.filter((id) => id.startsWith('recovery'))).toEqual([]);
});

test('every service that is held needs it and starts after it, and systemd has nothing against it', () => {
  const facts = exampleFacts();
  const { args } = recoverySteps([{ ...facts, recovery: { node: '/bin/true', program: '/bin/true' } }])[0] ?? {};
  const { content, services } = args as { content: string; services: readonly string[] };
  expect(services).toContain(facts.unit.name);
  for (const key of ['Before', 'RequiredBy']) {
    const line = content.split('\n').find((each) => each.startsWith(`${key}=`)) ?? '';
    for (const service of services) expect(line.split(/[= ]/)).toContain(service);
  }
  const file = join(tempDir(), 'wca-recovery.service');
  writeFileSync(file, content);
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
  expect(verified.stderr.split('\n').filter((line) => line.includes('wca-recovery'))).toEqual([]);
});
