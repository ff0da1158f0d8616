import { constants } from 'node:fs';
import { open, readdir, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, printablePath } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { redactSecrets } from '../../posix/secrets/index.js';
import { pathPattern } from '../instance/index.js';
import { entryType, walkState } from '../state/index.js';

/** One place inside the state that names a path which will not exist any more. */
export interface OldHomeMention {
  /** Printable. */
  readonly file: string;
  /** Counted from 1; null for a link. */
  readonly line: number | null;
  readonly kind: 'text' | 'symlink';
  /** The line or the link's target: secrets redacted, at most 200 characters, escaped. */
  readonly text: string;
}

/** Every mention found, and what was not searched. */
export interface OldHomeMentions {
  readonly mentions: readonly OldHomeMention[];
  /** False when a limit ended the search. */
  readonly complete: boolean;
  /** Databases, large and binary files, which were not searched; printable. */
  readonly notSearched: readonly string[];
}

const MAX_FILE = 256 * 1024;
const MAX_ENTRIES = 50_000;
const DATABASE = /\.(db|sqlite3?)(-wal|-shm|-journal)?$/;
const SKIPPED = new Set(['node_modules', '.git', 'heap-snapshots', 'registry', 'toolchains', '_cacache']);

/**
 * Finds where settings, shims and links inside the state still name one of these paths; changes nothing.
 *
 * Small text files are searched line by line, links by their target, whole path components only (`/root` is found
 * in `/root/x` and never in `/rootfs`). Databases are never opened; `databasePaths` reads them.
 * Packages, caches and `.git` are passed over, but for the files in which git keeps the paths of worktrees. The files may change while they are read.
 *
 * Errors: reading a file or directory failed; what vanishes meanwhile is passed over.
 *
 * @param roots - what moves (directories or files), absolute
 * @param oldPaths - the paths that will not exist any more, absolute
 */
export function oldHomeMentions(
  roots: readonly string[],
  oldPaths: readonly string[],
): ResultAsync<OldHomeMentions, IoError> {
  return new ResultAsync(search(roots, oldPaths));
}

async function search(
  roots: readonly string[],
  oldPaths: readonly string[],
): Promise<Result<OldHomeMentions, IoError>> {
  const found: Found = { mentions: [], notSearched: [], names: namesAny(oldPaths) };
  let complete = true;
  for (const root of roots) {
    const type = await entryType(root);
    if (type.isErr()) return err(type.error);
    if (type.value === 'file') {
      const searched = await searchFile(Buffer.from(root), found);
      if (searched.isErr()) return err(searched.error);
    }
    if (type.value !== 'directory') continue;
    const failed: IoError[] = [];
    const walked = await walkState(root, MAX_ENTRIES, async (entry) => {
      if (entry.type === 'directory' && SKIPPED.has(entry.relative.at(-1) ?? '')) {
        const worktrees = await searchWorktrees(entry.path, found);
        if (worktrees.isErr()) failed.push(worktrees.error);
        return worktrees.isOk() ? 'skip' : 'stop';
      }
      if (entry.type !== 'symlink' && entry.type !== 'file') return 'go';
      const searched = await (entry.type === 'symlink' ? searchLink : searchFile)(entry.path, found);
      if (searched.isErr()) failed.push(searched.error);
      return searched.isOk() ? 'go' : 'stop';
    });
    const [error] = failed;
    if (error !== undefined) return err(error);
    if (walked.isErr()) return err(walked.error);
    complete &&= walked.value;
  }
  return ok({ mentions: found.mentions, complete, notSearched: found.notSearched });
}

/** `.git` holds absolute paths only to its worktrees (gitrepository-layout(5)). */
async function searchWorktrees(directory: Buffer, found: Found): Promise<Result<void, IoError>> {
  const worktrees = `${directory.toString('utf8')}/worktrees`;
  const names =
    basename(worktrees.slice(0, -'/worktrees'.length)) === '.git' ? await readdir(worktrees).catch(() => []) : [];
  for (const name of names.sort()) {
    const searched = await searchFile(Buffer.from(`${worktrees}/${name}/gitdir`), found);
    if (searched.isErr() && searched.error.errno !== 'ENOTDIR') return err(searched.error);
  }
  return ok(undefined);
}

/** Whether a text names one of the paths. A quick test comes first, since most texts do not. */
function namesAny(paths: readonly string[]): (text: string) => boolean {
  const patterns = paths.map((path) => ({
    last: path.replace(/\/+$/, '').split('/').at(-1) ?? '',
    pattern: pathPattern(path),
  }));
  return (text) => patterns.some(({ last, pattern }) => text.includes(last) && pattern.test(text));
}

interface Found {
  readonly names: (text: string) => boolean;
  readonly mentions: OldHomeMention[];
  readonly notSearched: string[];
}

async function searchLink(path: Buffer, found: Found): Promise<Result<void, IoError>> {
  const target = await ResultAsync.fromPromise(readlink(path), (cause) => ioError(cause, 'readlink', path));
  if (target.isErr()) return target.error.errno === 'ENOENT' ? ok(undefined) : err(target.error);
  if (found.names(target.value)) {
    found.mentions.push({ file: printablePath(path), line: null, kind: 'symlink', text: show(target.value) });
  }
  return ok(undefined);
}

async function searchFile(path: Buffer, found: Found): Promise<Result<void, IoError>> {
  const file = printablePath(path);
  const text = DATABASE.test(file) ? ok<null, IoError>(null) : await readSmallText(path);
  if (text.isErr()) return err(text.error);
  if (text.value === null) {
    found.notSearched.push(file);
    return ok(undefined);
  }
  if (!found.names(text.value)) return ok(undefined);
  for (const [index, line] of text.value.split('\n').entries()) {
    if (!found.names(line)) continue;
    found.mentions.push({ file, line: index + 1, kind: 'text', text: show(line) });
  }
  return ok(undefined);
}

/** The text of a small file, '' when it vanished, null when it is large or binary; never waits on a FIFO. */
async function readSmallText(path: Buffer): Promise<Result<string | null, IoError>> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const opened = await ResultAsync.fromPromise(open(path, flags), (cause) => ioError(cause, 'open', path));
  if (opened.isErr()) return ['ENOENT', 'ELOOP', 'ENXIO'].includes(opened.error.errno) ? ok('') : err(opened.error);
  const handle = opened.value;
  const read = await ResultAsync.fromPromise(
    (async () => {
      const stat = await handle.stat();
      if (!stat.isFile()) return '';
      if (stat.size > MAX_FILE) return null;
      const bytes = await handle.readFile();
      return bytes.includes(0) ? null : bytes.toString('utf8');
    })(),
    (cause) => ioError(cause, 'read', path),
  );
  const closed = await ResultAsync.fromPromise(handle.close(), (cause) => ioError(cause, 'close', path));
  return read.andThen((text) => closed.map(() => text));
}

function show(text: string): string {
  const plain = printablePath(redactSecrets(text.trim()));
  return plain.length > 200 ? `${plain.slice(0, 199)}…` : plain;
}
