import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { makeDirectoryStep, moveTreeStep, statePathsStep } from '../../steps/index.js';

/** The steps of every move, and of them those that move the state itself. */
interface MoveSteps {
  readonly steps: readonly RecipeStep[];
  readonly moves: readonly RecipeStep[];
}

/**
 * What moves: first what occupies the target is set aside, then missing directories are made, then it is moved.
 *
 * @param undoneBefore - steps that may be undone only once the state is back
 */
export function moveSteps({ state, unit }: MigrationFacts, undoneBefore: readonly RecipeStep[]): MoveSteps {
  const all = state.moves.map(({ from, to, asidePath, parents }, index) => {
    const id = `move-${index + 1}`;
    const why = 'it occupies the place of the state, and nothing is merged or deleted';
    const aside =
      asidePath === null
        ? []
        : [
            step(moveTreeStep, {
              id: `${id}-aside`,
              phase: 'window',
              args: { from: to, to: asidePath, why, placeIsTaken: true },
            }),
          ];
    const directories: RecipeStep[] = [];
    for (const [depth, path] of parents.entries()) {
      const args = { path, mode: 0o755, uid: 0, gid: 0 };
      // The directory it lies in may be the one before, which is not there when this is planned.
      directories.push(
        step(makeDirectoryStep, { id: `${id}-parent-${depth + 1}`, phase: 'window', after: directories.at(-1), args }),
      );
    }
    const move = step(moveTreeStep, {
      id,
      phase: 'window',
      after: aside[0] ?? directories[0],
      undoneBefore: [...undoneBefore, ...aside, ...directories],
      args: { from, to, why: `state of ${unit.name}` },
    });
    return { steps: [...aside, ...directories, move], move };
  });
  return { steps: all.flatMap(({ steps }) => steps), moves: all.map(({ move }) => move) };
}

/**
 * Rewrites the paths inside the state that point to its old place. Before the state moves: there only root can change it,
 * and the sweep that changes its owner afterwards knows the files that were replaced.
 */
export function statePathSteps({ state, options, oldHomes }: MigrationFacts): RecipeStep[] {
  if (options.rewritePaths !== true || state.moves.length === 0 || oldHomes.length === 0) return [];
  const moves = state.moves.map(({ from, to }) => ({ from, to }));
  const args = { roots: moves.map(({ from }) => from), oldHomes, moves };
  return [step(statePathsStep, { id: 'state-paths', phase: 'window', args })];
}

/**
 * Rewrites such paths in the databases of the state that stays where it is, after `owned`, the step that gave them to the agent.
 * opencode keeps the directories of its sessions there, and fails on one that it may not look at.
 */
export function stayingPathSteps({ state, options, oldHomes }: MigrationFacts, owned?: RecipeStep): RecipeStep[] {
  const roots = state.staying ?? [];
  if (options.rewritePaths !== true || state.moves.length === 0 || oldHomes.length === 0 || roots.length === 0)
    return [];
  const moves = state.moves.map(({ from, to }) => ({ from, to }));
  const args = { roots, oldHomes, moves, databasesOnly: true };
  return [step(statePathsStep, { id: 'staying-paths', phase: 'window', after: owned, args })];
}
