import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lchown, lstat, open, readlink, rename, symlink, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { attemptAt, checkTrustedPath, inheritedPath, withPinnedParent } from '../../posix/handles/index.js';
import type { PinnedParent } from '../../posix/handles/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { findHolders } from '../../posix/processes/index.js';
import { attempt, printablePath, printableText, unlessAborted } from '../../posix/paths/index.js';
import { readRegularFile, replaceFile } from '../../posix/files/index.js';
import { runChecked } from '../../posix/programs/index.js';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import type { ProgramError } from '../../posix/programs/index.js';
import type { ReadFileError, ReplaceFileError } from '../../posix/files/index.js';
import type { DatabaseError } from '../database/index.js';
import { grouped, missingValues } from './databasePaths.js';
import { databasePlace } from './statePathPlan.js';
import { databaseError, databaseOwner, quotedName, quotedText, runSqlite } from '../database/index.js';
import { replaceTexts } from './replaceTexts.js';
import type { TextReplacement } from './replaceTexts.js';
import type { DatabasePath, LinkPath, StatePath, TextPath } from './statePathPlan.js';

/** What stands where a path was to be rewritten is neither what was found nor what was wanted. */
export interface StatePathChanged {
  readonly code: 'STATE_PATH_CHANGED';
  readonly message: string;
  readonly path: string;
}

/** Why the state was not rewritten whole; what was done before the failure stays, and can be undone. */
export type RewriteStateError =
  StatePathChanged | DatabaseError | ReadFileError | ReplaceFileError | ProgramError | IoError | Aborted;

/**
 * Makes the paths of a plan follow their move: in databases, settings, shims and links. Doing it twice changes nothing.
 *
 * Each database is changed in one transaction of sqlite3's, run as its owner (as root where that is root), and only while no process has it open; a
 * text is replaced whole, with owner, mode and ACL; a link is made anew, with its owner. A place that reads otherwise than
 * when the plan was made ends it. Stop the service first. Every value but those of the plan stays.
 *
 * Errors: {@link RewriteStateError}.
 *
 * @param paths - of `findStatePaths`, looked for where the state is now
 */
export function rewriteStatePaths(
  paths: readonly StatePath[],
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<void, RewriteStateError> {
  return new ResultAsync(rewrite(paths, options.signal));
}

/**
 * Puts back what {@link rewriteStatePaths} changed, value by value, and leaves what was written since; gives a sentence for
 * each place that was left.
 *
 * A text gets its old bytes and time; a value of a database, or the target of a link, is put back while it is still the
 * rewritten one. Rows and files that came since stay. Already undone is success. The bytes of a database file are not
 * those of before, for SQLite lays them out anew; its values are. What cannot be put back is one of the sentences and no
 * error, so that the service is not kept down for it.
 */
export function undoStatePaths(paths: readonly StatePath[]): ResultAsync<readonly string[], never> {
  return new ResultAsync(undo(paths).then((left) => ok(left)));
}

async function rewrite(
  paths: readonly StatePath[],
  signal: AbortSignal | undefined,
): Promise<Result<void, RewriteStateError>> {
  const done = await replaceTexts(replacements(paths, ({ before, after }) => [before, after]));
  const failures: RewriteStateError[] = [];
  await inParallel(
    paths.filter((path) => path.kind !== 'database'),
    async (path) => {
      if (failures.length > 0 || done.has(path.file)) return;
      const go = unlessAborted(signal, 'rewriting paths of the state');
      if (go.isErr()) {
        failures.push(go.error);
        return;
      }
      const placed =
        path.kind === 'text'
          ? await placeText(path, path.before, path.after)
          : await placeLink(path, path.before, path.after);
      if (placed.isErr()) failures.push(placed.error);
      else if (!placed.value) failures.push(changed(printablePath(path.file)));
    },
  );
  const [failure] = failures;
  if (failure !== undefined) return err(failure);
  for (const [file, values] of databasesOf(paths)) {
    const go = unlessAborted(signal, 'rewriting paths of the state');
    if (go.isErr()) return err(go.error);
    const updated = await update(
      file,
      values.map((value) => ({ ...value, from: value.before, to: value.after })),
    );
    if (updated.isErr()) return err(updated.error);
    const [other] = updated.value;
    if (other !== undefined) return err(changed(`${printablePath(file)}: ${databasePlace(other)}`));
  }
  return ok(undefined);
}

async function undo(paths: readonly StatePath[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const [file, values] of databasesOf(paths)) {
    const updated = await update(
      file,
      values.map((value) => ({ ...value, from: value.after, to: value.before })),
    );
    const shown = printablePath(file);
    if (updated.isErr()) left.push(`${shown}: its paths were not put back: ${updated.error.message}`);
    else left.push(...updated.value.map((value) => `${shown}: ${databasePlace(value)} was changed since and is left`));
  }
  const done = await replaceTexts(replacements(paths, ({ before, after }) => [after, before]));
  const back: TextPath[] = [];
  const files = paths.filter((path) => path.kind !== 'database');
  await inParallel(files, async (path) => {
    if (done.has(path.file) && path.kind === 'text') {
      back.push(path);
      return;
    }
    const placed =
      path.kind === 'text'
        ? await placeText(path, path.after, path.before)
        : await placeLink(path, path.after, path.before);
    const shown = printablePath(path.file);
    if (placed.isErr()) left.push(`${shown} was not put back: ${placed.error.message}`);
    else if (!placed.value) left.push(`${shown} was changed since and is left`);
    else if (path.kind === 'text') back.push(path);
  });
  const dated = await restoreTimes(back);
  if (dated.isErr()) left.push(`some files have their content back, but not their time: ${dated.error.message}`);
  return left;
}

/** Texts that are replaced together. Those that fail are then replaced or refused one by one. */
function replacements(
  paths: readonly StatePath[],
  direction: (path: TextPath) => readonly [string, string],
): readonly TextReplacement[] {
  const texts = paths.filter((path) => path.kind === 'text');
  if (texts.length < FEW) return [];
  return texts.map((path) => {
    const [from, to] = direction(path);
    return { file: path.file, from: Buffer.from(from, 'base64'), to: Buffer.from(to, 'base64') };
  });
}

const FEW = 10;

/** A few at a time: each waits for a program and for the disk. */
async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const work = async (): Promise<void> => {
    for (const item of queue) await act(item);
  };
  await Promise.all(Array.from({ length: 6 }, work));
}

function databasesOf(paths: readonly StatePath[]): ReadonlyMap<string, readonly DatabasePath[]> {
  return grouped(
    paths.filter((path) => path.kind === 'database'),
    ({ file }) => file,
  );
}

/** Tells whether the file holds `to` now; only `from` is overwritten. */
async function placeText({ file }: TextPath, from: string, to: string): Promise<Result<boolean, RewriteStateError>> {
  const read = await readRegularFile(file, { maxBytes: 4 * 1024 * 1024 });
  if (read.isErr()) return read.error.code === 'NOT_FOUND' ? ok(false) : err(read.error);
  const now = read.value.bytes.toString('base64');
  if (now === to) return ok(true);
  if (now !== from) return ok(false);
  const replaced = await replaceFile(file, Buffer.from(to, 'base64'), { expect: read.value.bytes });
  return replaced.isErr() ? err(replaced.error) : ok(true);
}

/** Through a handle on the directory above, so that replacing a directory higher up has no effect. The link keeps its owner. */
async function placeLink({ file }: LinkPath, from: string, to: string): Promise<Result<boolean, RewriteStateError>> {
  const placed = await withPinnedParent<boolean, IoError>(file, (parent) => placeLinkIn(parent, file, from, to), {
    lastLink: 'refuse',
  });
  const isGone = placed.isErr() && placed.error.code === 'IO' && placed.error.syscall === 'open';
  return isGone && placed.error.errno === 'ENOENT' ? ok(false) : placed;
}

async function placeLinkIn(
  parent: PinnedParent,
  file: string,
  from: string,
  to: string,
): Promise<Result<boolean, IoError>> {
  const stat = await attempt(() => lstat(parent.at()), 'lstat', file);
  if (stat.isErr()) return stat.error.errno === 'ENOENT' ? ok(false) : err(stat.error);
  if (!stat.value.isSymbolicLink()) return ok(false);
  const target = await attempt(() => readlink(parent.at()), 'readlink', file);
  if (target.isErr()) return err(target.error);
  if (target.value === to) return ok(true);
  if (target.value !== from) return ok(false);
  const temp = `.link.wca-${process.pid}-${randomBytes(6).toString('hex')}`;
  const placed = await attempt(
    async () => {
      await symlink(to, parent.at(temp));
      await lchown(parent.at(temp), stat.value.uid, stat.value.gid);
      await rename(parent.at(temp), parent.at());
      await parent.directory.sync();
    },
    'rename',
    file,
  );
  if (placed.isErr()) await unlink(parent.at(temp)).catch(() => undefined);
  return placed.map(() => true);
}

/** Handles that one xargs(1) is given. */
const DATED_AT_ONCE = 64;

/** By touch(1) on open files, since Node sets times to the microsecond only, and by one xargs(1) for many. */
async function restoreTimes(texts: readonly TextPath[]): Promise<Result<void, IoError | ProgramError>> {
  for (let at = 0; at < texts.length; at += DATED_AT_ONCE) {
    const dated = await restoreTimesOf(texts.slice(at, at + DATED_AT_ONCE));
    if (dated.isErr()) return err(dated.error);
  }
  return ok(undefined);
}

async function restoreTimesOf(texts: readonly TextPath[]): Promise<Result<void, IoError | ProgramError>> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const held: { readonly file: FileHandle; readonly mtime: string }[] = [];
  try {
    for (const { file: path, mtime } of texts) {
      const opened = await attemptAt(path, 'open', (at) => open(at, flags), { lastLink: 'refuse' });
      if (opened.isErr()) return err(opened.error);
      held.push({ file: opened.value, mtime });
    }
    const input = held.map(({ mtime }, index) => `-d@${mtime}\0${inheritedPath(3 + index)}\0`).join('');
    const args = ['--null', '--max-args=2', '--max-procs=2', 'touch', '--no-create', '-m'];
    const inherit = held.map(({ file }) => file.fd);
    const ran = await runChecked('xargs', args, { input, inherit, timeoutMs: 120_000 });
    return ran.map(() => undefined);
  } finally {
    for (const { file } of held) await file.close();
  }
}

/** The account as which a database is written: its owner. */
async function databaseWriter(file: string): Promise<Result<Identity, DatabaseError>> {
  const owner = await databaseOwner(file);
  if (owner.isErr()) return err(owner.error);
  // sqlite3 goes by path: as root only where nobody else can exchange it. Another account reaches what it reaches anyway.
  const way = owner.value.user.uid === 0 ? await checkTrustedPath(dirname(file)) : ok(undefined);
  if (way.isErr()) return err(databaseError('DATABASE_OWNER', file, `belongs to root, but ${way.error.message}`));
  return ok(owner.value);
}

/** Refuses paths in a database that {@link rewriteStatePaths} would not write, before anything is stopped for it. */
export async function refuseUnwritable(paths: readonly StatePath[]): Promise<Result<void, DatabaseError>> {
  const files = paths.flatMap((path) => (path.kind === 'database' ? [path.file] : []));
  for (const file of new Set(files)) {
    const writer = await databaseWriter(file);
    if (writer.isErr()) return err(writer.error);
  }
  return ok(undefined);
}

type Update = DatabasePath & { readonly from: string; readonly to: string };

/** Changes the values of one database in one transaction; gives those that were neither `from` nor `to`. */
async function update(file: string, values: readonly Update[]): Promise<Result<readonly Update[], RewriteStateError>> {
  const holders = await findHolders([file], { onHidden: () => undefined });
  if (holders.isErr()) return err(holders.error);
  const [holder] = holders.value;
  if (holder !== undefined) {
    const path = printablePath(file);
    return err({
      code: 'DATABASE_BUSY',
      message: `${path} is open in process ${holder.pid} (${printableText(holder.name)}); stop what uses it first`,
      path,
    });
  }
  const owner = await databaseWriter(file);
  if (owner.isErr()) return err(owner.error);
  const statements = values.map(({ table, column, rowid, from, to }) => {
    const name = quotedName(column);
    return `UPDATE ${quotedName(table)} SET ${name} = ${quotedText(to)} WHERE rowid = ${rowid} AND ${name} = ${quotedText(from)};`;
  });
  const sql = ['BEGIN IMMEDIATE;', ...statements, 'COMMIT;', ...missingValues(values).map((query) => `${query};`)];
  const ran = await runSqlite(file, owner.value, sql.join('\n'));
  if (ran.isErr()) return err(ran.error);
  const missing = new Set(ran.value.map((row) => Number(row.n)));
  return ok(values.filter((_, index) => missing.has(index)));
}

/** `path` as it is shown. */
function changed(path: string): StatePathChanged {
  return {
    code: 'STATE_PATH_CHANGED',
    message: `${path} changed since it was read; read it again before it is rewritten`,
    path,
  };
}
