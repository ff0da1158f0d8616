import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../posix/files/index.js';
import { parseLabel } from './block.js';
import { removeBlock } from './removeBlock.js';
import { writeManaged } from './writeManagedFile.js';
import type { BlockFileChange, BlockFileError } from './writeManagedFile.js';

/**
 * Takes a block out of a managed PHP file on disk: old bytes or new bytes, never else, and the new ones only when
 * `php -l` accepts them.
 *
 * Every byte outside the block and its two fences stays; the owner stays, the mode becomes 0644. A block that is not
 * there changes nothing but a wrong mode. A file that is not there is `NOT_FOUND`.
 *
 * @example
 * ```ts
 * import { removeBlockInFile } from '@wca/runtime-sdk/wordpress';
 *
 * const file = '/var/www/site/wp-content/mu-plugins/wp-coding-agents-channels.php';
 * const removed = await removeBlockInFile(file, 'bridge:kimaki');
 * if (removed.isErr()) console.error(removed.error.code, removed.error.message);
 * ```
 */
export function removeBlockInFile(path: string, label: string): ResultAsync<BlockFileChange, BlockFileError> {
  return new ResultAsync(remove(path, label));
}

async function remove(path: string, label: string): Promise<Result<BlockFileChange, BlockFileError>> {
  const parsed = parseLabel(label);
  if (parsed.isErr()) return err(parsed.error);
  const file = await readRegularFile(path);
  if (file.isErr()) return err(file.error);
  const next = removeBlock(file.value.bytes, label);
  if (next.isErr()) return err(next.error);
  return writeManaged(path, file.value, next.value);
}
