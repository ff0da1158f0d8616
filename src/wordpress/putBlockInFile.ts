import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, readRegularFile, replaceFile } from '../posix/index.js';
import type { IoError, ReadFileError, ReplaceFileError } from '../posix/index.js';
import { parseLabel } from './blocks.js';
import type { BlockError } from './blocks.js';
import { emptyChannelsFile } from './emptyChannelsFile.js';
import { emptyRuntimesFile } from './emptyRuntimesFile.js';
import { healMode } from './healMode.js';
import { lintPhp } from './lintPhp.js';
import type { PhpLintError } from './lintPhp.js';
import { putBlock } from './putBlock.js';

/** What came of writing a block. */
export interface BlockFileChange {
  /** The bytes of the file are others now. */
  readonly changed: boolean;
  /** The file was not there before. */
  readonly created: boolean;
  /** The bytes were right already and the mode was not. */
  readonly modeHealed: boolean;
}

/** Why a block was not written; the file is as it was. */
export type BlockFileError = BlockError | PhpLintError | ReadFileError | ReplaceFileError | IoError;

/** What to do when the file is not there. */
export interface PutBlockInFileOptions {
  /** Start from an empty managed file, owned by the owner and group of its directory. Without it: `NOT_FOUND`. */
  readonly create?: boolean;
}

/** What php-fpm needs to read the file whatever umask the caller has, and nobody else to write it. */
const MANAGED_FILE_MODE = 0o644;

/**
 * Puts a block into a managed PHP file on disk: old bytes or new bytes, never else, and the new ones only when `php -l`
 * accepts both the body by itself and the finished file.
 *
 * Every byte outside the block stays; the owner stays, the mode becomes 0644. What is already so keeps inode and mtime,
 * and only a wrong mode is mended. A file changed by someone else in between is `CHANGED_MEANWHILE`. Symbolic links
 * are refused, not followed. It does not reload php-fpm: with `opcache.validate_timestamps=0` that is up to you.
 *
 * Linting the body alone catches what the whole file would hide, such as a comment that swallows the next fence.
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
  const kind = parseLabel(label).map((parsed) => parsed.kind);
  if (kind.isErr()) return err(kind.error);
  const file = await readRegularFile(path);
  const missing = file.isErr() && file.error.code === 'NOT_FOUND';
  if (file.isErr() && !(missing && create)) return err(file.error);

  const current = file.isOk() ? file.value.bytes : null;
  const fresh = kind.value === 'bridge' ? emptyChannelsFile : emptyRuntimesFile;
  const next = putBlock(current ?? fresh(), label, body);
  if (next.isErr()) return err(next.error);
  const alone = await lintPhp(Buffer.concat([Buffer.from('<?php\n'), Buffer.from(body)]));
  // The file's first line is the open tag put in front of the body, so PHP's line is one too high.
  if (alone.isErr()) return err(inBody(alone.error));
  return writeManaged(path, current, next.value);
}

/** Writes the finished bytes of a managed file, or only mends its mode when they are there already. */
export async function writeManaged(
  path: string,
  current: Buffer | null,
  next: Buffer,
): Promise<Result<BlockFileChange, BlockFileError>> {
  if (current?.equals(next) === true) {
    const healed = await healMode(path, MANAGED_FILE_MODE);
    return healed.map((modeHealed) => ({ changed: false, created: false, modeHealed }));
  }
  let owner: { uid?: number; gid?: number } = {};
  if (current === null) {
    const directory = dirname(path);
    const parent = await ResultAsync.fromPromise(stat(directory), (cause) => ioError(cause, 'stat', directory));
    if (parent.isErr()) return err(parent.error);
    owner = { uid: parent.value.uid, gid: parent.value.gid };
  }
  const replaced = await replaceFile<PhpLintError>(path, next, {
    ...owner,
    mode: MANAGED_FILE_MODE,
    expect: current,
    validate: (temp) => lintPhp(temp),
  });
  return replaced.map(({ created }) => ({ changed: true, created, modeHealed: false }));
}

function inBody(error: PhpLintError): PhpLintError {
  if (error.code !== 'PHP_SYNTAX') return error;
  const line = error.line === null ? null : Math.max(1, error.line - 1);
  const where = line === null ? 'the body' : `line ${line} of the body`;
  const message = error.message.replace(/^given bytes(, line \d+)?/, where);
  return { ...error, message, path: 'body', line };
}
