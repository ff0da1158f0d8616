import type { Result, ResultAsync } from 'neverthrow';
import { printablePath, unlessAborted } from '../../posix/paths/index.js';
import type { Aborted } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import type { Block, BlockError } from './block.js';
import { getBlock, listBlocks } from './listBlocks.js';

/**
 * Lists every fenced block of a managed PHP file on disk, as `listBlocks` does.
 *
 * Symbolic links are refused, not followed.
 *
 * Errors: those of `listBlocks` with the path of the file; those of reading it (`NOT_FOUND`, `NOT_A_REGULAR_FILE` …);
 * `ABORTED`.
 *
 * @param path - absolute path of the file
 *
 * @example
 * ```ts
 * import { listBlocksInFile } from '@wca/runtime-sdk/wordpress';
 *
 * const blocks = await listBlocksInFile('/var/www/site/wp-content/mu-plugins/wp-coding-agents-channels.php');
 * if (blocks.isErr()) console.error(blocks.error.code, blocks.error.message);
 * else for (const block of blocks.value) console.log(block.label, block.line);
 * ```
 */
export function listBlocksInFile(
  path: string,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<readonly Block[], BlockError | ReadFileError | Aborted> {
  return inFile(path, options.signal, listBlocks);
}

/**
 * Reads one block of a managed PHP file on disk by its label, as `getBlock` does.
 *
 * Symbolic links are refused, not followed.
 *
 * Errors: those of `getBlock` with the path of the file; those of reading it (`NOT_FOUND`, `NOT_A_REGULAR_FILE` …);
 * `ABORTED`.
 *
 * @param path - absolute path of the file
 * @param label - `bridge:kimaki`, `runtime:opencode`
 *
 * @example
 * ```ts
 * import { getBlockInFile } from '@wca/runtime-sdk/wordpress';
 *
 * const file = '/var/www/site/wp-content/mu-plugins/wp-coding-agents-channels.php';
 * const block = await getBlockInFile(file, 'bridge:kimaki');
 * if (block.isErr()) console.error(block.error.code, block.error.message);
 * else console.log(block.value.body.toString());
 * ```
 */
export function getBlockInFile(
  path: string,
  label: string,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<Block, BlockError | ReadFileError | Aborted> {
  return inFile(path, options.signal, (bytes) => getBlock(bytes, label));
}

function inFile<T>(
  path: string,
  signal: AbortSignal | undefined,
  read: (bytes: Buffer) => Result<T, BlockError>,
): ResultAsync<T, BlockError | ReadFileError | Aborted> {
  return unlessAborted(signal, `reading ${printablePath(path)}`)
    .asyncAndThen(() => readRegularFile(path))
    .andThen(({ bytes }): Result<T, BlockError> => read(bytes).mapErr((error) => withPath(error, path)));
}

/** Names the file in an error about its content; an error about a label or a body stays as it is. */
export function withPath(error: BlockError, path: string): BlockError {
  if (error.code === 'INVALID_LABEL' || error.code === 'BODY_REFUSED') return error;
  const shown = printablePath(path);
  return { ...error, message: `${shown}: ${error.message}`, path: shown };
}
