import { expect, test } from 'vitest';
import { moveSteps } from '../../../../src/recipes/migrateOffRoot/plan/moveSteps.js';
import type { StateMove } from '../../../../src/recipes/host/facts.js';
import { step } from '../../../../src/recipes/engine/plan/step.js';
import type { RecipeStep } from '../../../../src/recipes/engine/plan/step.js';
import { stopUnitsStep } from '../../../../src/recipes/steps/units/stopUnitsStep.js';
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
  const stop = step(stopUnitsStep, { id: 'stop', phase: 'window', args: { units: [] } });
  return moveSteps({ ...facts, state: { ...state, moves } }, [stop], ['kimaki.service']).steps;
}

test('without anything to move there are no steps', () => {
  expect(stepsFor()).toEqual([]);
});

test('what stands in the way is set aside first, and comes back only when the state has left the place', () => {
  const steps = stepsFor({ ...plain, atTarget: 'state', asidePath: `${HOME}/.kimaki.before-migration` });
  expect(steps.map(({ id, after, undoneBefore }) => ({ id, after, undoneBefore }))).toEqual([
    { id: 'move-1-aside', after: undefined, undoneBefore: undefined },
    { id: 'move-1', after: 'move-1-aside', undoneBefore: ['stop', 'move-1-aside'] },
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
  // What it lies in is not there when the plan is made.
  expect(steps.find(({ id }) => id === 'move-2-parent-2')?.after).toBe('move-2-parent-1');
});

test('what was made for a move goes only once the state has left it', () => {
  const move = stepsFor(plain, deep).find(({ id }) => id === 'move-2');
  expect(move?.undoneBefore).toEqual(['stop', 'move-2-parent-1', 'move-2-parent-2']);
});

test('everything happens in the window', () => {
  for (const { phase } of stepsFor(plain, deep)) expect(phase).toBe('window');
});
