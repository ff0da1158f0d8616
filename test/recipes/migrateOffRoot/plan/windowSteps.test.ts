import { expect, test } from 'vitest';
import { windowSteps as stepsOfWindow } from '../../../../src/recipes/migrateOffRoot/plan/windowSteps.js';
import type { RecipeStep } from '../../../../src/recipes/engine/plan/step.js';
import type { MigrationFacts } from '../../../../src/recipes/host/facts.js';
import type { Json } from '../../../../src/recipes/engine/plan/json.js';
import { exampleFacts } from '../exampleFacts.js';

const windowSteps = (facts: MigrationFacts): readonly RecipeStep[] =>
  stepsOfWindow(facts, { user: [], recovery: [] }).steps;
/** Ids of the steps that must be undone before this one. */
const undoneFirst = (steps: readonly RecipeStep[], id: string): readonly string[] =>
  steps.filter(({ undoneBefore }) => undoneBefore?.includes(id) === true).map((one) => one.id);
const argsOf = (facts: MigrationFacts, id: string): Json | undefined =>
  windowSteps(facts).find((step) => step.id === id)?.args;

test('stops, checks that no process is left, moves, changes owners, edits, and starts, in this order', () => {
  const window = windowSteps(exampleFacts()).filter(({ phase }) => phase === 'window');
  expect(window.map(({ id }) => id)).toEqual([
    'stop',
    'no-processes',
    'state-paths',
    'programs',
    'state-owner-1',
    'move-1-aside',
    'move-1',
    'home-owner',
    'leftover-1',
    'site-owner-again',
    'agent-place-1-again',
    'unit-1',
    'unit-2',
    'unit-3',
    'start',
  ]);
});

test('paths inside the state are rewritten before it moves, unless they are to be kept, and put back when it is back', () => {
  expect(argsOf(exampleFacts({ options: { keepPaths: true } }), 'state-paths')).toBeUndefined();
  const facts = exampleFacts();
  const window = windowSteps(facts);
  const ids = window.map(({ id }) => id);
  expect(ids.slice(ids.indexOf('no-processes'), ids.indexOf('home-owner'))).toEqual([
    'no-processes',
    'state-paths',
    'programs',
    'state-owner-1',
    'move-1-aside',
    'move-1',
  ]);
  const move = { from: '/root/.kimaki', to: '/home/opencode/.kimaki' };
  expect(undoneFirst(window, 'state-paths')).toEqual(['programs', 'move-1', 'unit-1', 'unit-2', 'unit-3', 'start']);
  expect(window.find(({ id }) => id === 'state-paths')).toMatchObject({
    args: { roots: [move.from], oldHomes: ['/root'], moves: [move] },
  });
  expect(argsOf({ ...facts, state: { ...facts.state, moves: [] } }, 'state-paths')).toBeUndefined();
});

test('paths in state that stays are rewritten once its files are the agent’s, and put back once the service is stopped', () => {
  const stale = {
    roots: ['/home/opencode/.local/share/opencode'],
    oldHomes: ['/root'],
    moves: [{ from: '/root/.kimaki', to: '/home/opencode/.kimaki' }],
  };
  const { state } = exampleFacts();
  const window = windowSteps(exampleFacts({ state: { ...state, stale } }));
  const ids = window.map(({ id }) => id);
  expect(ids.indexOf('home-paths')).toBeGreaterThan(ids.indexOf('home-owner'));
  expect(ids.indexOf('home-paths')).toBeLessThan(ids.indexOf('unit-1'));
  expect(argsOf(exampleFacts({ state: { ...state, stale } }), 'home-paths')).toEqual(stale);
  expect(undoneFirst(window, 'home-paths')).toEqual(['unit-1', 'unit-2', 'unit-3', 'start']);
  expect(argsOf(exampleFacts(), 'home-paths')).toBeUndefined();
});

test('the units stay masked up to the start, and are unmasked last in a rollback', () => {
  const steps = windowSteps(exampleFacts());
  expect(steps.find(({ id }) => id === 'start')).toMatchObject({ ends: ['stop', 'no-processes'] });
  expect(undoneFirst(steps, 'stop')).toEqual(['programs', 'move-1', 'unit-1', 'unit-2', 'unit-3']);
});

test('owners and units go back only when the service is stopped again', () => {
  const steps = windowSteps(exampleFacts());
  for (const { id } of steps) {
    if (/^(unit-\d+|home-owner|state-owner-\d+|leftover-\d+)$/.test(id))
      expect(undoneFirst(steps, id), id).toContain('start');
  }
});

test('the state gets its owner where only root reaches it, and what else lies in the home is asked about', () => {
  expect(argsOf(exampleFacts(), 'state-owner-1')).toMatchObject({ root: '/root/.kimaki', movesAfterwards: true });
  // What another account could have moved into the state is not given away.
  const asked = { reader: 'opencode', readerAsked: 'where-others-write' };
  expect(argsOf(exampleFacts(), 'state-owner-1')).toMatchObject(asked);
  expect(argsOf(exampleFacts(), 'home-owner')).toMatchObject({ reader: 'opencode' });
  expect(argsOf(exampleFacts({ options: { private: 'reclaim' } }), 'home-owner')).not.toHaveProperty('reader');
  expect(undoneFirst(windowSteps(exampleFacts()), 'state-owner-1')).toContain('move-1');
});

test('no state is moved back under a service that could not be stopped, also where no unit had to change', () => {
  const { unit } = exampleFacts();
  const files = unit.files.map((file) => ({ ...file, needsRewrite: false }));
  const steps = windowSteps(exampleFacts({ unit: { ...unit, files }, companions: [] }));
  expect(undoneFirst(steps, 'move-1')).toEqual(['start']);
});

test('no process may use what moves; where nothing moves, none may use the data', () => {
  const facts = exampleFacts();
  expect(argsOf(facts, 'no-processes')).toMatchObject({
    paths: ['/root/.kimaki'],
    units: ['datamachine-worker.service', 'kimaki.service'],
  });
  expect(argsOf({ ...facts, state: { ...facts.state, moves: [] } }, 'no-processes')).toMatchObject({
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

test('what is stopped along with the service is started after it; in a rollback, no process is left before the state moves back', () => {
  const facts = exampleFacts({ dependents: ['report.service'] });
  expect(argsOf(facts, 'start')).toMatchObject({
    dependents: ['report.service'],
    noProcesses: {
      paths: ['/home/opencode/.kimaki'],
      units: ['datamachine-worker.service', 'kimaki.service'],
      // Nor one that is starting the agent to send a message.
      callers: [{ program: '/usr/local/lib/wp-coding-agents/kimaki-dispatch-target', uid: null }],
    },
  });
  expect(argsOf({ ...facts, state: { ...facts.state, moves: [] } }, 'start')).not.toHaveProperty('noProcesses');
});

test.each([
  [undefined, 10, 20],
  [undefined, 1, 15],
  [3, 10, 3],
  [0, 10, 0],
])(
  'with --hold %s and RestartSec %i the new process is watched for %i seconds',
  (hold, restartSeconds, watchSeconds) => {
    const { unit } = exampleFacts();
    const facts = exampleFacts({ options: hold === undefined ? {} : { hold }, unit: { ...unit, restartSeconds } });
    expect(argsOf(facts, 'start')).toMatchObject({ health: { watchSeconds } });
  },
);

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

test('the programs of a service that runs as root are kept before anything moves, with every place the agent can write later', () => {
  const facts = exampleFacts();
  expect(argsOf(facts, 'programs')).toMatchObject({
    units: [
      { name: 'datamachine-worker.service' },
      { name: 'kimaki.service', files: facts.unit.files.map(({ path }) => path) },
    ],
    moves: [{ from: '/root/.kimaki', to: '/home/opencode/.kimaki' }],
  });
  expect(argsOf(facts, 'programs')).toHaveProperty(
    'open',
    expect.arrayContaining(['/home/opencode', '/var/lib/datamachine/workspace', ...facts.site.writable]),
  );
  const steps = windowSteps({ ...facts, unit: { ...facts.unit, loadedUser: 'opencode' } });
  expect(steps.map(({ id }) => id)).not.toContain('programs');
});
