import { rename, rmdir } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { changed, attempt } from '../paths/index.js';
import type { ChangedMeanwhile, IoError } from '../paths/index.js';
import type { PinnedParent } from '../handles/index.js';
import { makePrivate } from './privateDirectory.js';
import { treeStamp } from './treeDigest.js';

/**
 * Moves the source into a private directory beside it, if it is still as `stamp` saw it, and answers the name of that
 * directory. If someone wrote into it after the comparison, it keeps its own name.
 */
export async function retire(
  source: PinnedParent,
  from: string,
  stamp: string,
): Promise<Result<string, ChangedMeanwhile | IoError>> {
  const made = await makePrivate(source, from);
  if (made.isErr()) return err(made.error);
  const { name, handle, inside } = made.value;
  try {
    const retired = await moveInto(source, from, inside, stamp, handle);
    if (retired.isErr()) await rmdir(source.at(name)).catch(() => undefined);
    return retired.map(() => name);
  } finally {
    await handle.close();
  }
}

async function moveInto(
  source: PinnedParent,
  from: string,
  inside: string,
  stamp: string,
  handle: { sync(): Promise<void> },
): Promise<Result<void, ChangedMeanwhile | IoError>> {
  const renamed = await attempt(() => rename(source.at(), inside), 'rename', from);
  if (renamed.isErr()) return err(renamed.error);
  const after = await treeStamp(inside, from);
  const sync = (): Promise<unknown> => handle.sync().then(() => source.directory.sync());
  const synced = await attempt(sync, 'fsync', source.path);
  if (after.isOk() && after.value === stamp && synced.isOk()) return ok(undefined);
  const restored = await attempt(() => rename(inside, source.at()), 'rename', from);
  if (restored.isErr()) return err(restored.error);
  if (after.isErr()) return err(after.error);
  return err(synced.isErr() ? synced.error : changed(from, 'another process wrote into it during the move'));
}
