import { expect, test } from 'vitest';
import { windowSteps } from '../../../../src/recipes/migrateOffRoot/plan/windowSteps.js';
import type { MigrationFacts } from '../../../../src/recipes/host/facts.js';
import type { Json } from '../../../../src/recipes/engine/plan/json.js';
import { exampleFacts } from '../exampleFacts.js';

const argsOf = (facts: MigrationFacts, id: string): Json | undefined =>
  windowSteps(facts).find((step) => step.id === id)?.args;

test('holds, sees that all is quiet, moves, gives away, edits, redirects, and starts, in this order', () => {
  const window = windowSteps(exampleFacts()).filter(({ phase }) => phase === 'window');
  expect(window.map(({ id }) => id)).toEqual([
    'hold',
    'quiet',
    'move-1-aside',
    'move-1',
    'home-owner',
    'leftover-1',
    'site-owner-again',
    'agent-place-1-again',
    'unit-1',
    'unit-2',
    'unit-3',
    'dispatch',
    'mu-plugin-modes',
    'start',
  ]);
});

test('paths inside the state are rewritten when asked to, before it moves, and put back when it is back', () => {
  expect(argsOf(exampleFacts(), 'state-paths')).toBeUndefined();
  const facts = exampleFacts({ options: { rewritePaths: true } });
  const window = windowSteps(facts);
  const ids = window.map(({ id }) => id);
  expect(ids.slice(ids.indexOf('quiet'), ids.indexOf('home-owner'))).toEqual([
    'quiet',
    'state-paths',
    'move-1-aside',
    'move-1',
  ]);
  const move = { from: '/root/.kimaki', to: '/home/opencode/.kimaki' };
  expect(window.find(({ id }) => id === 'state-paths')).toMatchObject({
    undoNeeds: ['move-1', 'unit-1', 'unit-2', 'unit-3', 'start'],
    args: { roots: [move.from], oldHomes: ['/root'], moves: [move] },
  });
  expect(argsOf({ ...facts, state: { ...facts.state, moves: [] } }, 'state-paths')).toBeUndefined();
});

test('the hold lasts up to the start, and is let go last when going back', () => {
  const hold = windowSteps(exampleFacts()).find(({ id }) => id === 'hold');
  expect(hold).toMatchObject({ until: 'start', undoNeeds: ['move-1', 'unit-1', 'unit-2', 'unit-3'] });
});

test('owners and units go back only when the service is stopped again', () => {
  for (const step of windowSteps(exampleFacts())) {
    if (/^(unit-\d+|home-owner|leftover-\d+)$/.test(step.id)) expect(step.undoNeeds, step.id).toContain('start');
  }
});

test('nothing may hold what moves; where nothing moves, nothing may hold the data', () => {
  const facts = exampleFacts();
  expect(argsOf(facts, 'quiet')).toMatchObject({
    paths: ['/root/.kimaki'],
    units: ['datamachine-worker.service', 'kimaki.service'],
  });
  expect(argsOf({ ...facts, state: { ...facts.state, moves: [] } }, 'quiet')).toMatchObject({
    paths: ['/home/opencode/.kimaki'],
  });
});

test('what ran is started, and what did not is left', () => {
  expect(argsOf(exampleFacts(), 'start')).toMatchObject({
    units: ['datamachine-worker.timer', 'datamachine-worker.service', 'kimaki.service'],
    start: ['kimaki.service', 'datamachine-worker.timer'],
    health: {
      unit: 'kimaki.service',
      user: 'opencode',
      umask: 0o002,
      ports: [29988],
      stateDir: '/home/opencode/.kimaki',
    },
  });
  const { unit } = exampleFacts();
  expect(argsOf(exampleFacts({ unit: { ...unit, active: false } }), 'start')).toMatchObject({
    start: ['datamachine-worker.timer'],
    health: null,
  });
  expect(argsOf(exampleFacts({ unit: { ...unit, holdsState: false } }), 'start')).toMatchObject({
    health: { stateDir: null },
  });
});

test('what is stopped along with the service is started after it; going back, all is quiet before the state moves', () => {
  const facts = exampleFacts({ dependents: ['report.service'] });
  expect(argsOf(facts, 'start')).toMatchObject({
    dependents: ['report.service'],
    quiet: { paths: ['/home/opencode/.kimaki'], units: ['datamachine-worker.service', 'kimaki.service'] },
  });
  expect(argsOf({ ...facts, state: { ...facts.state, moves: [] } }, 'start')).not.toHaveProperty('quiet');
});

test.each([
  [undefined, 10, 20],
  [undefined, 1, 15],
  [3, 10, 3],
  [0, 10, 0],
])('with --hold %s and RestartSec %i the new process must hold for %i seconds', (hold, restartSeconds, holdSeconds) => {
  const { unit } = exampleFacts();
  const facts = exampleFacts({ options: hold === undefined ? {} : { hold }, unit: { ...unit, restartSeconds } });
  expect(argsOf(facts, 'start')).toMatchObject({ health: { holdSeconds } });
});

test('credentials in the home stay whose they are, and a left-over may be gone by then', () => {
  expect(argsOf(exampleFacts(), 'home-owner')).toMatchObject({
    root: '/home/opencode',
    exclude: ['.ssh'],
    mayBeGone: false,
  });
  expect(argsOf(exampleFacts(), 'leftover-1')).toMatchObject({
    root: '/tmp/opencode-cache',
    mayBeGone: true,
    reader: 'opencode',
  });
});
