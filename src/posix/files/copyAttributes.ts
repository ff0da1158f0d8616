import { constants } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { changed, attempt } from '../paths/index.js';
import type { ChangedMeanwhile, IoError } from '../paths/index.js';
import { O_PATH, inheritedPath, sameInode } from '../handles/index.js';
import type { PinnedParent } from '../handles/index.js';
import { runChecked } from '../programs/index.js';
import type { ProgramError } from '../programs/index.js';

/**
 * Gives an open file the owner, mode, ACL and extended attributes of the one at the pinned name, which has to be
 * `original` still. By handle, and by cp(1), since Node has no call for ACLs and attributes.
 */
export async function copyAttributes(
  to: FileHandle,
  from: PinnedParent,
  path: string,
  original: BigIntStats,
): Promise<Result<void, ChangedMeanwhile | IoError | ProgramError>> {
  const pinned = await attempt(() => open(from.at(), O_PATH | constants.O_NOFOLLOW), 'open', path);
  if (pinned.isErr()) return err(pinned.error);
  try {
    const stat = await attempt(() => pinned.value.stat({ bigint: true }), 'fstat', path);
    if (stat.isErr()) return err(stat.error);
    if (!sameInode(stat.value, original)) return err(changed(path, 'another process replaced it'));
    const preserve = '--preserve=mode,ownership,xattr';
    const args = ['--attributes-only', preserve, '--', inheritedPath(3), inheritedPath(4)];
    const copied = await runChecked('cp', args, { inherit: [pinned.value.fd, to.fd] });
    return copied.map(() => undefined);
  } finally {
    await pinned.value.close();
  }
}
