import { rmdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { abandonedNames, removeAbandoned, withPinnedParent } from '../handles/index.js';
import type { ParentError, PinnedParent } from '../handles/index.js';

/**
 * Removes what killed calls of `replaceFile` or `makeDirectory` for this path left beside it; nothing there is success.
 *
 * The next call for the same path does this by itself; this is for when there is none. What belongs to a process that
 * may still be at work stays, and so does a directory with anything in it. A missing directory above is success too.
 *
 * Errors: `INVALID_PATH`, `UNSAFE_LINK`, `IO`.
 *
 * @param path - of the file or directory itself, which need not exist
 */
export function clearAbandoned(path: string): ResultAsync<void, ParentError> {
  return new ResultAsync(clear(path));
}

async function clear(path: string): Promise<Result<void, ParentError>> {
  const cleared = await withPinnedParent(path, clearBeside);
  const missing = cleared.isErr() && cleared.error.code === 'IO' && cleared.error.errno === 'ENOENT';
  return missing ? ok(undefined) : cleared;
}

async function clearBeside(parent: PinnedParent): Promise<Result<void, ParentError>> {
  const files = await removeAbandoned(parent);
  if (files.isErr()) return err(files.error);
  const names = await abandonedNames(parent);
  if (names.isErr()) return err(names.error);
  for (const name of names.value) await rmdir(parent.at(name)).catch(() => undefined);
  return ok(undefined);
}
