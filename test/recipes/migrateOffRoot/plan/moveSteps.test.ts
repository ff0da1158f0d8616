import { expect, test } from 'vitest';
import { moveSteps } from '../../../../src/recipes/migrateOffRoot/plan/moveSteps.js';
import type { StateMove } from '../../../../src/recipes/host/facts.js';
import type { RecipeStep } from '../../../../src/recipes/engine/plan/step.js';
import { exampleFacts } from '../exampleFacts.js';

const HOME = '/home/opencode';
const plain: StateMove = {
  from: '/root/.kimaki',
  to: `${HOME}/.kimaki`,
  atTarget: 'nothing',
  asidePath: null,
  parents: [],
};
const deep: StateMove = {
  from: '/root/.local/share/opencode',
  to: `${HOME}/.local/share/opencode`,
  atTarget: 'nothing',
  asidePath: null,
  parents: [`${HOME}/.local`, `${HOME}/.local/share`],
};

function stepsFor(...moves: readonly StateMove[]): readonly RecipeStep[] {
  const { state, ...facts } = exampleFacts();
  return moveSteps({ ...facts, state: { ...state, moves } }, ['unit-1', 'unit-2']);
}

test('without anything to move there are no steps', () => {
  expect(stepsFor()).toEqual([]);
});

test('what stands in the way is set aside first, and comes back only when the state has left the place', () => {
  const steps = stepsFor({ ...plain, atTarget: 'state', asidePath: `${HOME}/.kimaki.before-migration` });
  expect(steps.map(({ id, after, undoNeeds }) => ({ id, after, undoNeeds }))).toEqual([
    { id: 'move-1-aside', after: undefined, undoNeeds: ['move-1'] },
    { id: 'move-1', after: 'move-1-aside', undoNeeds: ['unit-1', 'unit-2', 'start'] },
  ]);
  expect(steps[0]?.args).toMatchObject({ from: plain.to, to: `${HOME}/.kimaki.before-migration`, placeIsTaken: true });
  expect(steps[1]?.args).toMatchObject({ from: plain.from, to: plain.to });
});

test('directories that are missing are made first, outermost first, and each move has its own ids', () => {
  const steps = stepsFor(plain, deep);
  expect(steps.map(({ id }) => id)).toEqual(['move-1', 'move-2-parent-1', 'move-2-parent-2', 'move-2']);
  expect(steps.slice(1, 3).map(({ kind, args }) => ({ kind, args }))).toEqual(
    deep.parents.map((path) => ({ kind: 'posix.makeDirectory', args: { path, mode: 0o755, uid: 0, gid: 0 } })),
  );
  expect(steps.at(-1)?.after).toBe('move-2-parent-1');
});

test('what was made for a move goes only once the state has left it', () => {
  const parents = stepsFor(plain, deep).filter(({ kind }) => kind === 'posix.makeDirectory');
  expect(parents.map(({ undoNeeds }) => undoNeeds)).toEqual([['move-2'], ['move-2']]);
});

test('no state goes back under a service that could not be stopped, also where no unit had to change', () => {
  const [move] = moveSteps(exampleFacts(), []).filter(({ id }) => id === 'move-1');
  expect(move?.undoNeeds).toEqual(['start']);
});

test('everything happens in the window', () => {
  for (const { phase } of stepsFor(plain, deep)) expect(phase).toBe('window');
});
