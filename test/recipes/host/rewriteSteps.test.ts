import { expect, test } from 'vitest';
import { rewriteSteps, rewriteTarget } from '../../../src/recipes/host/rewriteSteps.js';
import type { UnitFileFacts } from '../../../src/recipes/host/facts.js';
import { isJsonObject } from '../../../src/recipes/engine/plan/json.js';
import type { Json } from '../../../src/recipes/engine/plan/json.js';
import { exampleFacts, migratedFacts, togetherFacts } from '../migrateOffRoot/exampleFacts.js';

const file = (path: string, needsRewrite = true): UnitFileFacts => ({
  path,
  sha256: 'a'.repeat(64),
  needsRewrite,
  diff: '',
});
const example = exampleFacts();
const facts = exampleFacts({
  unit: {
    ...example.unit,
    files: [
      file('/etc/u/kimaki.service'),
      file('/etc/u/kimaki.service.d/a.conf'),
      file('/etc/u/kimaki.service.d/b.conf', false),
    ],
  },
  companions: [
    {
      name: 'worker.service',
      kind: 'service',
      active: true,
      files: [file('/etc/u/worker.service'), file('/etc/u/worker.service.d/a.conf')],
    },
    { name: 'worker.timer', kind: 'activator', active: true, files: [] },
  ],
});

function argsOf(args: Json): { path: Json; unit: Json; binary: Json; dropIn: Json } {
  const all = isJsonObject(args) ? args : {};
  const request = isJsonObject(all['request']) ? all['request'] : {};
  return {
    path: all['path'] ?? null,
    unit: all['unit'] ?? null,
    binary: request['binary'] ?? null,
    dropIn: request['dropIn'] ?? null,
  };
}

test('companions come first, then drop-ins, and the service’s own file last, each only where something changes', () => {
  const steps = rewriteSteps(facts);
  expect(steps.map(({ id }) => id)).toEqual(['unit-1', 'unit-2', 'unit-3', 'unit-4']);
  expect(steps.map(({ args }) => argsOf(args))).toEqual([
    { path: '/etc/u/worker.service', unit: 'worker.service', binary: null, dropIn: false },
    { path: '/etc/u/worker.service.d/a.conf', unit: 'worker.service', binary: null, dropIn: true },
    { path: '/etc/u/kimaki.service.d/a.conf', unit: 'kimaki.service', binary: '/usr/bin/kimaki', dropIn: true },
    { path: '/etc/u/kimaki.service', unit: 'kimaki.service', binary: '/usr/bin/kimaki', dropIn: false },
  ]);
  for (const step of steps) expect(step).toMatchObject({ kind: 'kimaki.rewriteUnit', phase: 'window' });
});

test('a drop-in changes alone where the unit file itself is right', () => {
  const files = [file('/etc/u/kimaki.service', false), file('/etc/u/kimaki.service.d/a.conf')];
  const steps = rewriteSteps(exampleFacts({ unit: { ...example.unit, files }, companions: [] }));
  expect(steps.map(({ args }) => argsOf(args))).toEqual([
    { path: '/etc/u/kimaki.service.d/a.conf', unit: 'kimaki.service', binary: '/usr/bin/kimaki', dropIn: true },
  ]);
});

test('a migrated host has nothing to rewrite', () => {
  expect(rewriteSteps(migratedFacts())).toEqual([]);
});

test('every file is rewritten for the same account, home and moves', () => {
  expect(rewriteTarget(facts)).toEqual({
    user: 'opencode',
    group: 'opencode',
    oldHomes: ['/root'],
    newHome: '/home/opencode',
    oldDataDir: '/root/.kimaki',
    newDataDir: '/home/opencode/.kimaki',
    umask: '0002',
    moves: [{ from: '/root/.kimaki', to: '/home/opencode/.kimaki' }],
  });
});

test('a companion that two instances have is edited once, with the first of them', () => {
  const [first, second] = togetherFacts();
  const units = (one: typeof first): readonly Json[] =>
    rewriteSteps(one, [], [first, second]).map(({ args }) => argsOf(args).unit);
  expect(units(first)).toEqual(['datamachine-worker.service', 'kimaki.service', 'kimaki.service']);
  expect(units(second)).toEqual(['kimaki-b.service']);
});
