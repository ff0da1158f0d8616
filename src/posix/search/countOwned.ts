import { ResultAsync } from 'neverthrow';
import { query } from './queryOwnership.js';
import type { OwnershipPredicate } from './ownershipPredicate.js';
import type { OwnershipError, OwnershipOptions } from './searchRoot.js';

/**
 * Counts the entries at or below `root` that the predicate matches, as `queryOwnership` would hand them on.
 *
 * The same holds: a reading of a tree that others may be changing, mounts below passed over (and here not named).
 *
 * Errors: {@link OwnershipError}.
 *
 * @example
 * ```ts
 * import { countOwned } from '@wca/runtime-sdk/posix';
 *
 * const count = await countOwned('/var/www/site/wp-content', { by: 0 });
 * if (count.isErr()) console.error(count.error.code, count.error.message);
 * else console.log(`${count.value} entries are root's`);
 * ```
 */
export function countOwned(
  root: string,
  predicate: OwnershipPredicate,
  options: OwnershipOptions = {},
): ResultAsync<number, OwnershipError> {
  return new ResultAsync(query(root, predicate, options, null)).map((answer) => answer.matched);
}
