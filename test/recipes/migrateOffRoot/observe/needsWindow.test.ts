import { expect, test } from 'vitest';
import { needsWindow } from '../../../../src/recipes/migrateOffRoot/observe/needsWindow.js';
import type { MigrationFacts } from '../../../../src/recipes/host/facts.js';
import { exampleFacts, migratedFacts } from '../exampleFacts.js';

const done = migratedFacts();
const { unit, companions, state } = exampleFacts();

test('nothing is stopped on a host that is migrated, nor where nothing runs', () => {
  expect(needsWindow(done)).toBe(false);
  expect(needsWindow({ ...done, unit: { ...done.unit, runningUid: null, active: false } })).toBe(false);
});

test.each<[string, Partial<MigrationFacts>]>([
  ['state has to move', { state }],
  [
    'paths in the state lead to where it was',
    { state: { ...done.state, stale: { roots: ['/home/opencode/.kimaki'], oldHomes: ['/root'], moves: [] } } },
  ],
  ['the unit has to change', { unit: { ...unit, runningUid: 1000 } }],
  ['a companion has to change', { companions }],
  ['another account than configured is running', { unit: { ...done.unit, runningUid: 0 } }],
  ['the account is still to be made', { target: { ...done.target, uid: null, gid: null } }],
])('the service is stopped where %s', (_, change) => {
  expect(needsWindow({ ...done, ...change })).toBe(true);
});
