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
 * @param units - whose state it is
 */
export function moveSteps(
  { state }: Pick<MigrationFacts, 'state'>,
  undoneBefore: readonly RecipeStep[],
  units: readonly string[],
): MoveSteps {
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
      args: { from, to, why: `state of ${units.join(' and ')}` },
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
  if (options.keepPaths === true || state.moves.length === 0 || oldHomes.length === 0) return [];
  const moves = state.moves.map(({ from, to }) => ({ from, to }));
  const args = { roots: moves.map(({ from }) => from), oldHomes, moves };
  return [step(statePathsStep, { id: 'state-paths', phase: 'window', args })];
}

/** The same for state that stays in the home: after its files were given to the agent, as whom databases are written. */
export function homePathSteps({ state }: MigrationFacts, after: RecipeStep | undefined): RecipeStep[] {
  if (state.stale === null) return [];
  return [step(statePathsStep, { id: 'home-paths', phase: 'window', after, args: state.stale })];
}
