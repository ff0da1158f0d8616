import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../posix/files/index.js';
import { parseLabel } from './block.js';
import type { BlockLabel } from './block.js';
import { emptyChannelsFile } from './emptyManagedFile.js';
import { emptyRuntimesFile } from './emptyRuntimesFile.js';
import { lintPhp } from '../php/index.js';
import type { PhpLintError } from '../php/index.js';
import { damage, parseRegions } from './parseRegions.js';
import { putBlock } from './putBlock.js';
import { writeManaged } from './writeManagedFile.js';
import type { BlockFileChange, BlockFileError } from './writeManagedFile.js';

/** What to do when the file is not there. */
export interface PutBlockInFileOptions {
  /**
   * Start from an empty managed file, owned by the owner and group of its directory (by this process's user when that
   * is not root). Without it, and where the directory is missing too: `NOT_FOUND`.
   */
  readonly create?: boolean;
}

/**
 * Puts a block into a managed PHP file on disk: old bytes or new bytes, never else, and the new ones only when `php -l`
 * accepts both the body by itself and the finished file.
 *
 * Every byte outside the block stays; the owner stays (whoever is not root and could not keep it is refused: `IO`,
 * EPERM), the mode becomes 0644. What is already so keeps inode and mtime, and only a wrong mode is mended, unless the
 * file has a second name (`HARD_LINKED`). A file changed by someone else in between is `CHANGED_MEANWHILE`. Symbolic
 * links are refused, not followed. It does not reload php-fpm: with `opcache.validate_timestamps=0` that is up to you.
 *
 * Linting the body alone catches what the whole file would hide, such as a comment that swallows the next fence. And a
 * broken body is tried on a copy: where PHP takes that too, the region stands in a comment, a string or outside
 * `<?php`, and a block in it would do nothing (`FENCE_DAMAGED`, `not-code`).
 *
 * @param path - absolute path of the file
 * @param label - `bridge:kimaki`, `runtime:opencode`
 *
 * @example
 * ```ts
 * import { putBlockInFile } from '@wca/runtime-sdk/wordpress';
 *
 * const file = '/var/www/site/wp-content/mu-plugins/wp-coding-agents-channels.php';
 * const put = await putBlockInFile(file, 'bridge:kimaki', "    $channels['kimaki'] = [];\n", { create: true });
 * if (put.isErr()) console.error(put.error.code, put.error.message);
 * else console.log(put.value.changed ? 'written' : 'already so');
 * ```
 */
export function putBlockInFile(
  path: string,
  label: string,
  body: string | Buffer,
  options: PutBlockInFileOptions = {},
): ResultAsync<BlockFileChange, BlockFileError> {
  return new ResultAsync(put(path, label, body, options));
}

async function put(
  path: string,
  label: string,
  body: string | Buffer,
  { create = false }: PutBlockInFileOptions,
): Promise<Result<BlockFileChange, BlockFileError>> {
  const parsed = parseLabel(label);
  if (parsed.isErr()) return err(parsed.error);
  const file = await readRegularFile(path);
  const missing = file.isErr() && file.error.code === 'NOT_FOUND';
  if (file.isErr() && !(missing && create)) return err(file.error);

  const current = file.isOk() ? file.value : null;
  const source = current?.bytes ?? (parsed.value.kind === 'bridge' ? emptyChannelsFile() : emptyRuntimesFile());
  const next = putBlock(source, label, body);
  if (next.isErr()) return err(next.error);
  const alone = await lintPhp(Buffer.concat([Buffer.from('<?php\n'), Buffer.from(body)]));
  // The file's first line is the open tag put in front of the body, so PHP's line is one too high.
  if (alone.isErr()) return err(inBody(alone.error));
  const code = await standsInCode(source, parsed.value);
  if (code.isErr()) return err(code.error);
  return writeManaged(path, current, next.value);
}

/** What PHP refuses wherever it is code. */
const BROKEN = Buffer.from('    ( ;\n');

async function standsInCode(
  source: Buffer,
  { label, region: name }: BlockLabel,
): Promise<Result<void, BlockFileError>> {
  const broken = putBlock(source, label, BROKEN);
  if (broken.isErr()) return err(broken.error);
  const linted = await lintPhp(broken.value);
  if (linted.isErr()) return linted.error.code === 'PHP_SYNTAX' ? ok(undefined) : err(linted.error);
  return parseRegions(source).andThen((regions) => {
    const region = regions.find((known) => known.name === name);
    const line = region?.blocks.find((known) => known.label === label)?.line ?? region?.line ?? 1;
    return damage('not-code', line, `BEGIN ${name}`);
  });
}

function inBody(error: PhpLintError): PhpLintError {
  if (error.code !== 'PHP_SYNTAX') return error;
  const line = error.line === null ? null : Math.max(1, error.line - 1);
  const where = line === null ? 'the body' : `line ${line} of the body`;
  const message = error.message.replace(/^given bytes(, line \d+)?/, where);
  return { ...error, message, path: 'body', line };
}
