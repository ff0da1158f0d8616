import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../paths/index.js';
import { abandonedNames, withPinnedParent } from '../handles/index.js';
import type { ParentError, PinnedParent } from '../handles/index.js';
import { printablePath } from '../paths/index.js';
import { privateNames, removePrivate } from './privateDirectory.js';
import { retire } from './retireSource.js';
import { firstDifference, treeStamp } from './treeDigest.js';

/** Something a killed move left beside the source or the target. */
export interface Leftover {
  readonly parent: PinnedParent;
  readonly name: string;
}

/**
 * Lists what killed calls of `moveTree` between these two paths left behind, empty when there is nothing.
 *
 * Leftovers mean that the move is not finished, even if the target exists; the next `moveTree(from, to)` finishes it.
 * Changes nothing.
 */
export function moveLeftovers(from: string, to: string): ResultAsync<readonly string[], ParentError> {
  return new ResultAsync(
    withPinnedParent<readonly string[], ParentError>(from, (source) =>
      withPinnedParent<readonly string[], ParentError>(to, async (target) => {
        const leftovers = await leftoversOf(source, target);
        return leftovers.map((all) => all.map(({ parent, name }) => printablePath(`${parent.path}/${name}`)));
      }),
    ),
  );
}

/** The leftovers beside both names. */
export async function leftoversOf(
  source: PinnedParent,
  target: PinnedParent,
): Promise<Result<readonly Leftover[], IoError>> {
  const found: Leftover[] = [];
  for (const parent of [source, target]) {
    const abandoned = await abandonedNames(parent);
    if (abandoned.isErr()) return err(abandoned.error);
    const names = await privateNames(parent, abandoned.value);
    if (names.isErr()) return err(names.error);
    found.push(...names.value.map((name) => ({ parent, name })));
  }
  return ok(found);
}

/** Deletes them: a complete tree is at one of the two names, so these copies are not needed. */
export async function removeLeftovers(leftovers: readonly Leftover[]): Promise<Result<string | undefined, IoError>> {
  let left: string | undefined;
  for (const { parent, name } of leftovers) left = (await removePrivate(parent, name)) ?? left;
  return ok(left);
}

/**
 * Ends a move that was killed after the copy had its name: removes the source, if it exists and equals the copy, and
 * the leftovers. Null when source and target differ: then neither may be removed.
 */
export async function finishMove(
  source: PinnedParent,
  target: PinnedParent,
  sourceThere: boolean,
  from: string,
  to: string,
): Promise<Result<{ readonly leftBehind: string | undefined } | null, IoError>> {
  let retired: string | null = null;
  if (sourceThere) {
    const stamp = await treeStamp(source.at(), from);
    if (stamp.isErr()) return err(stamp.error);
    const difference = await firstDifference(source.at(), target.at(), to);
    if (difference.isErr()) return err(difference.error);
    if (difference.value !== null) return ok(null);
    const done = await retire(source, from, stamp.value);
    if (done.isErr()) return done.error.code === 'IO' ? err(done.error) : ok(null);
    retired = done.value;
  }
  const leftovers = await leftoversOf(source, target);
  if (leftovers.isErr()) return err(leftovers.error);
  const own = retired === null ? undefined : await removePrivate(source, retired);
  const others = await removeLeftovers(leftovers.value);
  return others.map((left) => ({ leftBehind: own ?? left }));
}
