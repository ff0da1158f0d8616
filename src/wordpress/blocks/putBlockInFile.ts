import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../posix/files/index.js';
import { printablePath, unlessAborted } from '../../posix/paths/index.js';
import { parseLabel } from './block.js';
import type { BlockLabel } from './block.js';
import { emptyManagedFile } from './emptyManagedFile.js';
import { lintPhp } from '../php/index.js';
import type { PhpLintError } from '../php/index.js';
import { withPath } from './listBlocksInFile.js';
import { damage, parseRegions } from './parseRegions.js';
import { putBlock, removeBlock } from './putBlock.js';
import { writeManagedFile } from './writeManagedFile.js';
import type { BlockFileChange, BlockFileError } from './writeManagedFile.js';

/**
 * Puts a block into a managed PHP file on disk. The file has the old content or the new content at every instant, and
 * the new one only when `php -l` accepts both the body alone and the complete file.
 *
 * Every byte outside the block stays. The owner stays; a caller who is not root and cannot keep the owner gets `IO`
 * with EPERM. The mode becomes 0644, or 0664 where its group could write. When the content is correct already, inode and
 * mtime stay and only a wrong mode is corrected, unless the file has a second name (`HARD_LINKED`). A file that another
 * program changes in between is `CHANGED_MEANWHILE`. Symbolic links are refused, not followed. php-fpm is not reloaded: with
 * `opcache.validate_timestamps=0` that is up to the caller.
 *
 * The body is linted alone because the complete file can hide an error, such as a comment that includes the next fence.
 * A broken body is linted in a copy of the file as well: if PHP accepts that, the region is in a comment, in a string
 * or outside `<?php`, and the block would have no effect (`FENCE_DAMAGED`, `not-code`).
 *
 * Errors: those of `putBlock`, with the path of the file; `PHP_SYNTAX`, `PHP_MISSING`; those of reading and replacing a
 * file; `HARD_LINKED`; `ABORTED`. After every error the file is unchanged.
 *
 * @param path - absolute path of the file
 * @param label - `bridge:kimaki`, `runtime:opencode`
 * @param options - `create`: when the file does not exist, start from an empty managed file that belongs to the owner
 *   and group of its directory (to the caller, when that is not root). Without it, and when the directory does not
 *   exist: `NOT_FOUND`. `signal` is looked at until the write begins
 *
 * @example
 * ```ts
 * import { putBlockInFile } from '@wca/runtime-sdk/wordpress';
 *
 * const file = '/var/www/site/wp-content/mu-plugins/wp-coding-agents-channels.php';
 * const put = await putBlockInFile(file, 'bridge:kimaki', "    $channels['kimaki'] = [];\n", { create: true });
 * if (put.isErr()) console.error(put.error.code, put.error.message);
 * else console.log(put.value.changed ? 'written' : 'unchanged');
 * ```
 */
export function putBlockInFile(
  path: string,
  label: string,
  body: string | Buffer,
  options: { readonly create?: boolean; readonly signal?: AbortSignal } = {},
): ResultAsync<BlockFileChange, BlockFileError> {
  return new ResultAsync(put(path, label, body, options));
}

async function put(
  path: string,
  label: string,
  body: string | Buffer,
  { create = false, signal }: { readonly create?: boolean; readonly signal?: AbortSignal },
): Promise<Result<BlockFileChange, BlockFileError>> {
  const parsed = parseLabel(label);
  if (parsed.isErr()) return err(parsed.error);
  const file = await readRegularFile(path);
  const missing = file.isErr() && file.error.code === 'NOT_FOUND';
  if (file.isErr() && !(missing && create)) return err(file.error);

  const current = file.isOk() ? file.value : null;
  const source = current?.bytes ?? emptyManagedFile(parsed.value.kind);
  const next = putBlock(source, label, body);
  if (next.isErr()) return err(withPath(next.error, path));
  const alone = await lintPhp(Buffer.concat([Buffer.from('<?php\n'), Buffer.from(body)]));
  // The open tag in front of the body is the first line, so PHP counts one line more than the body has.
  if (alone.isErr()) return err(inBody(alone.error));
  const code = await isInCode(source, parsed.value, path);
  if (code.isErr()) return err(code.error);
  const wanted = unlessAborted(signal, `writing ${printablePath(path)}`);
  return wanted.isErr() ? err(wanted.error) : writeManagedFile(path, current, next.value);
}

/**
 * Removes a block from a managed PHP file on disk. The file has the old content or the new content at every instant,
 * and the new one only when `php -l` accepts it.
 *
 * Every byte outside the block and its two fences stays. The owner stays, the mode becomes 0644, or 0664 where its group
 * could write. When the file has no such block, only a wrong mode is corrected. Symbolic links are refused, not followed.
 *
 * Errors: those of `removeBlock`, with the path of the file; `NOT_FOUND` and those of reading and replacing a file;
 * `PHP_SYNTAX`, `PHP_MISSING`; `HARD_LINKED`; `ABORTED`. After every error the file is unchanged.
 *
 * @param path - absolute path of the file
 * @param label - `bridge:kimaki`, `runtime:opencode`
 * @param options - `signal` is looked at until the write begins
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
export function removeBlockInFile(
  path: string,
  label: string,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<BlockFileChange, BlockFileError> {
  return new ResultAsync(remove(path, label, options.signal));
}

async function remove(
  path: string,
  label: string,
  signal: AbortSignal | undefined,
): Promise<Result<BlockFileChange, BlockFileError>> {
  const parsed = parseLabel(label);
  if (parsed.isErr()) return err(parsed.error);
  const file = await readRegularFile(path);
  if (file.isErr()) return err(file.error);
  const next = removeBlock(file.value.bytes, label);
  if (next.isErr()) return err(withPath(next.error, path));
  const wanted = unlessAborted(signal, `writing ${printablePath(path)}`);
  return wanted.isErr() ? err(wanted.error) : writeManagedFile(path, file.value, next.value);
}

/** PHP rejects this wherever it is code. */
const BROKEN = Buffer.from('    ( ;\n');

/** Err when PHP would not run a block in this region. */
async function isInCode(
  source: Buffer,
  { label, region: name }: BlockLabel,
  path: string,
): Promise<Result<void, BlockFileError>> {
  const broken = putBlock(source, label, BROKEN);
  if (broken.isErr()) return err(withPath(broken.error, path));
  const linted = await lintPhp(broken.value);
  if (linted.isErr()) return linted.error.code === 'PHP_SYNTAX' ? ok(undefined) : err(linted.error);
  return parseRegions(source)
    .andThen((regions) => {
      const region = regions.find((known) => known.name === name);
      const line = region?.blocks.find((known) => known.label === label)?.line ?? region?.line ?? 1;
      return damage('not-code', line, `BEGIN ${name}`);
    })
    .mapErr((error) => withPath(error, path));
}

function inBody(error: PhpLintError): PhpLintError {
  if (error.code !== 'PHP_SYNTAX') return error;
  const line = error.line === null ? null : Math.max(1, error.line - 1);
  const where = line === null ? 'the body' : `line ${line} of the body`;
  const message = error.message.replace(/^given bytes(, line \d+)?/, where);
  return { ...error, message, path: 'body', line };
}
