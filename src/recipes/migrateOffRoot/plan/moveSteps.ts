import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';

/** What moves: first what stands in the way is set aside, then missing directories are made, then it is moved. */
export function moveSteps({ state, unit }: MigrationFacts, rewrites: readonly string[]): RecipeStep[] {
  return state.moves.flatMap(({ from, to, asidePath, parents }, index): RecipeStep[] => {
    const id = moveId(index);
    const aside: RecipeStep[] =
      asidePath === null
        ? []
        : [
            {
              id: `${id}-aside`,
              kind: 'posix.moveTree',
              phase: 'window',
              undoNeeds: [id],
              args: {
                from: to,
                to: asidePath,
                why: 'it stands where the state goes, and nothing is merged or deleted',
                placeIsTaken: true,
              },
            },
          ];
    const directories = parents.map((path, depth): RecipeStep => ({
      id: `${id}-parent-${depth + 1}`,
      kind: 'posix.makeDirectory',
      phase: 'window',
      // What still has the state in it would be left behind for good.
      undoNeeds: [id],
      args: { path, mode: 0o755, uid: 0, gid: 0 },
    }));
    const move: RecipeStep = {
      id,
      kind: 'posix.moveTree',
      phase: 'window',
      ...(aside.length > 0 ? { after: `${id}-aside` } : directories.length > 0 ? { after: `${id}-parent-1` } : {}),
      undoNeeds: [...rewrites, 'start'],
      args: { from, to, why: `state of ${unit.name}` },
    };
    return [...aside, ...directories, move];
  });
}

/** Ids of the moves themselves: what was only set aside or made for them holds nothing up on the way back. */
export function moveIds({ state }: Pick<MigrationFacts, 'state'>): readonly string[] {
  return state.moves.map((_, index) => moveId(index));
}

function moveId(index: number): string {
  return `move-${index + 1}`;
}

/**
 * Lets what the state says of its own place follow it. Before it moves: there it is root's and out of anybody's reach, and
 * the sweep that gives it away afterwards knows the files that were written anew.
 */
export function statePathSteps(
  { state, options, oldHomes }: MigrationFacts,
  undoNeeds: readonly string[],
): RecipeStep[] {
  if (options.rewritePaths !== true || state.moves.length === 0 || oldHomes.length === 0) return [];
  const moves = state.moves.map(({ from, to }) => ({ from, to }));
  return [
    {
      id: 'state-paths',
      kind: 'kimaki.statePaths',
      phase: 'window',
      undoNeeds,
      args: { roots: moves.map(({ from }) => from), oldHomes, moves },
    },
  ];
}
