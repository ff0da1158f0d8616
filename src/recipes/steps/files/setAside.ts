import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { lookAt } from '../../../posix/handles/index.js';
import { moveTree } from '../../../posix/moves/index.js';
import type { StepFailure } from '../../engine/index.js';

/**
 * Renames what is at a path in its directory, where a process that has it open goes on using it: to `PATH.SUFFIX`, or with
 * a number behind where that name is taken. Gives the new path.
 */
export async function setAside(path: string, suffix: string): Promise<Result<string, StepFailure>> {
  for (let number = 1; ; number += 1) {
    const aside = `${path}.${suffix}${number === 1 ? '' : `-${number}`}`;
    const place = await lookAt(aside);
    if (place.isErr()) return err(place.error);
    if (place.value.stat !== null) continue;
    const moved = await moveTree(path, aside);
    return moved.isErr() ? err(moved.error) : ok(aside);
  }
}
