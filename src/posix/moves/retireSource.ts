import { rename } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { changed, printablePath, attempt } from '../paths/index.js';
import type { ChangedMeanwhile, IoError } from '../paths/index.js';
import { inheritedPath, lstatOrNull, temporaryName } from '../handles/index.js';
import type { PinnedParent } from '../handles/index.js';
import { runProgram } from '../programs/index.js';
import { treeStamp } from './treeDigest.js';

/**
 * Gives the source a hidden name, if it is still as `stamp` saw it, and answers that name. If someone wrote into it
 * after the comparison, it keeps its own name.
 */
export async function retire(
  source: PinnedParent,
  from: string,
  stamp: string,
): Promise<Result<string, ChangedMeanwhile | IoError>> {
  const name = temporaryName(source.name);
  const renamed = await attempt(() => rename(source.at(), source.at(name)), 'rename', from);
  if (renamed.isErr()) return err(renamed.error);
  const after = await treeStamp(source.at(name), from);
  const synced = await attempt(() => source.directory.sync(), 'fsync', source.path);
  if (after.isOk() && after.value === stamp && synced.isOk()) return ok(name);
  const restored = await attempt(() => rename(source.at(name), source.at()), 'rename', from);
  if (restored.isErr()) return err(restored.error);
  if (after.isErr()) return err(after.error);
  return err(synced.isErr() ? synced.error : changed(from, 'another process wrote into it during the move'));
}

/**
 * Deletes an entry with all below it, never through a link and not into what is mounted there (rm(1) works by handle).
 * Answers its path when it, or a part, is still there.
 */
export async function removeEntry(parent: PinnedParent, name: string): Promise<string | undefined> {
  const args = ['-rf', '--one-file-system', '--', `${inheritedPath(3)}/${name}`];
  const removed = await runProgram('rm', args, { inherit: [parent.directory.fd], timeoutMs: 60 * 60 * 1000 });
  const there = await lstatOrNull(parent.at(name), parent.path);
  const gone = removed.isOk() && there.isOk() && there.value === null;
  return gone ? undefined : printablePath(`${parent.path}/${name}`);
}
