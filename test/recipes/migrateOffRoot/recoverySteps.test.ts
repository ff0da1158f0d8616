// needs systemd
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrationSteps } from '../../../src/recipes/migrateOffRoot/index.js';
import { recoverySteps } from '../../../src/recipes/migrateOffRoot/recoverySteps.js';
import { tempDir } from '../tempDir.js';
import { exampleFacts } from './exampleFacts.js';

test('the recovery unit is there from before the window until after everything else', () => {
  const ids = migrationSteps(exampleFacts())._unsafeUnwrap().map(({ id }) => id);
  expect(ids.indexOf('recovery')).toBe(0);
  expect(ids.at(-1)).toBe('recovery-off');
});

test('where nothing could run it there is none', () => {
  const ids = migrationSteps(exampleFacts({ recovery: null }))._unsafeUnwrap().map(({ id }) => id);
  expect(ids.filter((id) => id.startsWith('recovery'))).toEqual([]);
});

test('every service that is held needs it and starts after it, and systemd has nothing against it', () => {
  const facts = exampleFacts();
  const { args } = recoverySteps({ ...facts, recovery: { node: '/bin/true', program: '/bin/true' } }).on[0] ?? {};
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
