import { lstat, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, printablePath, unlessAborted } from '../../posix/paths/index.js';
import { exactTime, readRegularFile } from '../../posix/files/index.js';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import { databasePaths, grouped } from './databasePaths.js';
import { databasePlace } from './statePathPlan.js';
import { findDatabases } from '../database/index.js';
import { mentionsPath } from '../instance/index.js';
import { movePathsOfText, movedPath } from './movedPath.js';
import { oldHomeMentions } from './oldHomeMentions.js';
import type { OldHomeMention } from './oldHomeMentions.js';
import type { StatePath, StatePathPlan } from './statePathPlan.js';
import type { PathMove } from '../unit/index.js';

/** Where to look, and for what. Paths are absolute. */
export interface StatePathsRequest {
  /** Directories and files of the state, where they are now. */
  readonly roots: readonly string[];
  /** Homes that the agent may not enter afterwards. */
  readonly oldHomes: readonly string[];
  /** What moves, so that paths below it can follow. */
  readonly moves: readonly PathMove[];
}

/**
 * Finds every place inside the state that names an old home, by channel where a database says so; changes nothing.
 *
 * A path is to follow its move where it stands for itself: the value of a database, a whole string of a JSON file, a word
 * of a script (shims), the target of a link. What merely mentions one (a message, a log) is listed as `stuck`, and so is a
 * path below an old home that does not move. Databases are read on a private copy (see `checkDatabase`); one that could
 * not be read is in `notSearched`. Packages, caches and `.git` are passed over, but for where git keeps its worktrees.
 *
 * Errors: `IO`, `ABORTED`.
 */
export function findStatePaths(
  request: StatePathsRequest,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<StatePathPlan, IoError | Aborted> {
  return new ResultAsync(find(request, options.signal));
}

async function find(
  { roots, oldHomes, moves }: StatePathsRequest,
  signal: AbortSignal | undefined,
): Promise<Result<StatePathPlan, IoError | Aborted>> {
  const start = unlessAborted(signal, 'looking for paths in the state');
  if (start.isErr()) return err(start.error);
  const paths: StatePath[] = [];
  const stuck: string[] = [];
  const notSearched: string[] = [];
  const mentions = await oldHomeMentions(roots, oldHomes);
  if (mentions.isErr()) return err(mentions.error);
  const databases = await findDatabases(roots);
  if (databases.isErr()) return err(databases.error);
  for (const database of databases.value.paths) {
    const found = await databasePaths(database, oldHomes, signal);
    if (found.isErr()) {
      if (found.error.code === 'ABORTED') return err(found.error);
      notSearched.push(found.error.message);
      continue;
    }
    for (const path of found.value) {
      const after = movedPath(path.before, moves);
      if (after === null)
        stuck.push(`${printablePath(database)}, ${databasePlace(path)}: ${printablePath(path.before)} does not move`);
      else paths.push({ ...path, after });
    }
  }
  const seen = new Set(databases.value.paths.map((path) => printablePath(path)));
  notSearched.push(
    ...mentions.value.notSearched.filter((file) => !seen.has(file) && !/-(wal|shm|journal)$/.test(file)),
  );
  if (!mentions.value.complete || !databases.value.complete)
    notSearched.push('the state has more entries than are searched');

  const byFile = grouped(mentions.value.mentions, ({ file }) => file);
  for (const [shown, inFile] of byFile) {
    const followed = await follow(shown, inFile, { moves, oldHomes }, stuck);
    if (followed.isErr()) return err(followed.error);
    if (followed.value !== null) paths.push(followed.value);
  }
  return ok({ paths, stuck, notSearched });
}

/** The new content of one file or link; what does not follow goes to `stuck`. */
async function follow(
  file: string,
  mentions: readonly OldHomeMention[],
  { moves, oldHomes }: Pick<StatePathsRequest, 'moves' | 'oldHomes'>,
  stuck: string[],
): Promise<Result<StatePath | null, IoError>> {
  const remain = (): void => {
    stuck.push(...mentions.map(({ line, text }) => `${file}${line === null ? '' : `:${line}`}: ${text}`));
  };
  // A name that had to be escaped is not opened by its escaped form.
  if (file.includes('\\')) {
    remain();
    return ok(null);
  }
  if (mentions[0]?.kind === 'symlink') {
    const target = await ResultAsync.fromPromise(readlink(file), (cause) => ioError(cause, 'readlink', file));
    if (target.isErr()) return target.error.errno === 'ENOENT' ? ok(null) : err(target.error);
    const after = movedPath(target.value, moves);
    if (after !== null) return ok({ kind: 'link', file, before: target.value, after });
    remain();
    return ok(null);
  }
  const read = await readRegularFile(file, { maxBytes: 1024 * 1024 });
  if (read.isErr()) return read.error.code === 'IO' ? err(read.error) : ok(null);
  const { bytes } = read.value;
  const text = bytes.toString('utf8');
  const after = Buffer.from(movePathsOfText(text, basename(file), moves), 'utf8');
  // A text that is not UTF-8 could not be restored byte for byte.
  const changes = Buffer.from(text, 'utf8').equals(bytes) && !after.equals(bytes);
  const lines = after.toString('utf8').split('\n');
  const stays = (line: number | null): boolean =>
    !changes || oldHomes.some((home) => mentionsPath(lines[(line ?? 1) - 1] ?? '', home));
  stuck.push(
    ...mentions
      .filter(({ line }) => stays(line))
      .map(({ line, text: said }) => `${file}${line === null ? '' : `:${line}`}: ${said}`),
  );
  if (!changes) return ok(null);
  const stat = await ResultAsync.fromPromise(lstat(file, { bigint: true }), (cause) => ioError(cause, 'lstat', file));
  if (stat.isErr()) return stat.error.errno === 'ENOENT' ? ok(null) : err(stat.error);
  const mtime = exactTime(stat.value.mtimeNs);
  return ok({ kind: 'text', file, before: bytes.toString('base64'), after: after.toString('base64'), mtime });
}
