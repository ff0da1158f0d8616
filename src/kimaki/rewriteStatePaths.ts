import { lstat, readlink } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { findHolders, ioError, lookupIdentity, lookupUserById, printablePath, readRegularFile, replaceFile, runAs } from '../posix/index.js';
import type { IdentityError, IoError, ProgramError, ReadFileError, ReplaceFileError } from '../posix/index.js';
import type { DatabaseError } from './databaseError.js';
import { grouped } from './grouped.js';
import { databaseOwner, quotedName, quotedText, runSqlite } from './sqliteDatabase.js';
import type { DatabasePath, LinkPath, StatePath, TextPath } from './statePathPlan.js';

/** What stands where a path was to be rewritten is neither what was found nor what was wanted. */
export interface StatePathChanged {
  readonly code: 'STATE_PATH_CHANGED';
  readonly message: string;
  readonly path: string;
}

/** Why the state was not rewritten whole; what was done before the failure stays, and can be undone. */
export type RewriteStateError = StatePathChanged | DatabaseError | ReadFileError | ReplaceFileError | IdentityError | ProgramError | IoError;

/**
 * Makes the paths of a plan follow their move: in databases, settings, shims and links. Doing it twice changes nothing.
 *
 * Each database is changed in one transaction of sqlite3's, run as its owner, and only while no process has it open; a
 * text is replaced whole, with owner, mode and ACL; a link is made anew by its owner. A place that reads otherwise than
 * when the plan was made ends it. Stop the service first. Every value but those of the plan stays.
 *
 * Errors: {@link RewriteStateError}.
 *
 * @param paths - of `findStatePaths`, looked for where the state is now
 *
 * @example
 * ```ts
 * import { findStatePaths, rewriteStatePaths, undoStatePaths } from '@wca/runtime-sdk/kimaki';
 *
 * const moves = [{ from: '/root/.kimaki', to: '/home/opencode/.kimaki' }];
 * const plan = await findStatePaths({ roots: ['/home/opencode/.kimaki'], oldHomes: ['/root'], moves });
 * if (plan.isErr()) throw new Error(plan.error.message);
 * const done = await rewriteStatePaths(plan.value.paths);
 * if (done.isErr()) {
 *   console.error(done.error.message);
 *   console.log((await undoStatePaths(plan.value.paths)).unwrapOr([]));
 * }
 * ```
 */
export function rewriteStatePaths(paths: readonly StatePath[]): ResultAsync<void, RewriteStateError> {
  return new ResultAsync(rewrite(paths));
}

/**
 * Puts back what {@link rewriteStatePaths} changed, value by value, and leaves what was written since; gives a sentence for
 * each place that was left.
 *
 * A text gets its old bytes and time; a value of a database, or the target of a link, is put back while it is still the
 * rewritten one. Rows and files that came since stay. Already undone is success. The bytes of a database file are not
 * those of before, for SQLite lays them out anew; its values are.
 *
 * Errors: {@link RewriteStateError}.
 *
 * @example
 * ```ts
 * import { undoStatePaths } from '@wca/runtime-sdk/kimaki';
 * import type { StatePath } from '@wca/runtime-sdk/kimaki';
 *
 * async function back(paths: readonly StatePath[]): Promise<void> {
 *   const undone = await undoStatePaths(paths);
 *   if (undone.isErr()) console.error(undone.error.message);
 *   else for (const left of undone.value) console.log(left);
 * }
 * console.log(back.name);
 * ```
 */
export function undoStatePaths(paths: readonly StatePath[]): ResultAsync<readonly string[], RewriteStateError> {
  return new ResultAsync(undo(paths));
}

async function rewrite(paths: readonly StatePath[]): Promise<Result<void, RewriteStateError>> {
  for (const path of paths) {
    if (path.kind === 'database') continue;
    const placed = path.kind === 'text' ? await placeText(path, path.before, path.after) : await placeLink(path, path.before, path.after);
    if (placed.isErr()) return err(placed.error);
    if (!placed.value) return err(changed(path.file));
  }
  for (const [file, values] of databasesOf(paths)) {
    const updated = await update(file, values.map((value) => ({ ...value, from: value.before, to: value.after })));
    if (updated.isErr()) return err(updated.error);
    const [other] = updated.value;
    if (other !== undefined) return err(changed(`${file}: ${other.table}.${other.column} of ${other.label}`));
  }
  return ok(undefined);
}

async function undo(paths: readonly StatePath[]): Promise<Result<readonly string[], RewriteStateError>> {
  const left: string[] = [];
  for (const [file, values] of databasesOf(paths)) {
    const updated = await update(file, values.map((value) => ({ ...value, from: value.after, to: value.before })));
    if (updated.isErr()) return err(updated.error);
    left.push(...updated.value.map(({ table, column, label }) => `${printablePath(file)}: ${table}.${column} of ${label} was changed since and is left`));
  }
  for (const path of paths) {
    if (path.kind === 'database') continue;
    const placed = path.kind === 'text' ? await placeText(path, path.after, path.before) : await placeLink(path, path.after, path.before);
    if (placed.isErr()) return err(placed.error);
    if (!placed.value) left.push(`${printablePath(path.file)} was changed since and is left`);
    else if (path.kind === 'text') {
      const dated = await restoreTime(path);
      if (dated.isErr()) return err(dated.error);
    }
  }
  return ok(left);
}

function databasesOf(paths: readonly StatePath[]): ReadonlyMap<string, readonly DatabasePath[]> {
  return grouped(paths.filter((path) => path.kind === 'database'), ({ file }) => file);
}

/** Whether the file holds `to` now; it is written only over `from`. */
async function placeText({ file }: TextPath, from: string, to: string): Promise<Result<boolean, RewriteStateError>> {
  const read = await readRegularFile(file, { maxBytes: 4 * 1024 * 1024 });
  if (read.isErr()) return read.error.code === 'NOT_FOUND' ? ok(false) : err(read.error);
  const now = read.value.bytes.toString('base64');
  if (now === to) return ok(true);
  if (now !== from) return ok(false);
  const replaced = await replaceFile(file, Buffer.from(to, 'base64'), { expect: read.value.bytes });
  return replaced.isErr() ? err(replaced.error) : ok(true);
}

/** As its owner, so that a directory which somebody exchanges meanwhile leads nowhere the owner may not write anyway. */
async function placeLink({ file }: LinkPath, from: string, to: string): Promise<Result<boolean, RewriteStateError>> {
  const stat = await ResultAsync.fromPromise(lstat(file), (cause) => ioError(cause, 'lstat', file));
  if (stat.isErr()) return stat.error.errno === 'ENOENT' ? ok(false) : err(stat.error);
  if (!stat.value.isSymbolicLink()) return ok(false);
  const target = await ResultAsync.fromPromise(readlink(file), (cause) => ioError(cause, 'readlink', file));
  if (target.isErr()) return err(target.error);
  if (target.value === to) return ok(true);
  if (target.value !== from) return ok(false);
  const ran = await asOwner(stat.value.uid, 'ln', ['-s', '-f', '-T', '--', to, file]);
  return ran.isErr() ? err(ran.error) : ok(true);
}

async function restoreTime({ file, mtime }: TextPath): Promise<Result<void, RewriteStateError>> {
  const stat = await ResultAsync.fromPromise(lstat(file), (cause) => ioError(cause, 'lstat', file));
  if (stat.isErr()) return err(stat.error);
  return asOwner(stat.value.uid, 'touch', ['--no-create', '--no-dereference', '-m', `--date=@${mtime}`, '--', file]);
}

async function asOwner(uid: number, program: string, args: readonly string[]): Promise<Result<void, IdentityError | ProgramError>> {
  const owner = await lookupUserById(uid).andThen(({ name }) => lookupIdentity(name));
  if (owner.isErr()) return err(owner.error);
  const ran = await runAs(owner.value, program, args, { timeoutMs: 20_000 });
  if (ran.isErr()) return err(ran.error);
  if (ran.value.exitCode === 0) return ok(undefined);
  const stderr = ran.value.stderr.slice(-500);
  const message = `${program}, run as ${owner.value.user.name}, exited ${ran.value.exitCode ?? 'by a signal'}: ${stderr.trim().split('\n').at(-1) ?? ''}`;
  return err({ code: 'PROGRAM_FAILED', message, program, exitCode: ran.value.exitCode, stderr });
}

type Update = DatabasePath & { readonly from: string; readonly to: string };

/** Changes the values of one database in one transaction; gives those that were neither `from` nor `to`. */
async function update(file: string, values: readonly Update[]): Promise<Result<readonly Update[], RewriteStateError>> {
  const holders = await findHolders([file], { onHidden: () => undefined });
  if (holders.isErr()) return err(holders.error);
  const [holder] = holders.value;
  if (holder !== undefined) {
    const path = printablePath(file);
    return err({ code: 'DATABASE_BUSY', message: `${path} is open in process ${holder.pid} (${holder.name}); stop what uses it first`, path });
  }
  const owner = await databaseOwner(file);
  if (owner.isErr()) return err(owner.error);
  const statements = values.map(({ table, column, rowid, from, to }) => {
    const name = quotedName(column);
    return `UPDATE ${quotedName(table)} SET ${name} = ${quotedText(to)} WHERE rowid = ${rowid} AND ${name} = ${quotedText(from)};`;
  });
  const asked = values.map(
    ({ table, column, rowid, to }, index) =>
      `INSERT INTO temp.wca_left SELECT ${index} WHERE NOT EXISTS (SELECT 1 FROM ${quotedName(table)} WHERE rowid = ${rowid} AND ${quotedName(column)} = ${quotedText(to)});`,
  );
  const sql = ['CREATE TEMP TABLE wca_left (n);', 'BEGIN IMMEDIATE;', ...statements, ...asked, 'COMMIT;', 'SELECT n FROM temp.wca_left;'];
  const ran = await runSqlite(file, owner.value, sql.join('\n'));
  if (ran.isErr()) return err(ran.error);
  const missing = new Set(ran.value.map((row) => Number(row.n)));
  return ok(values.filter((_, index) => missing.has(index)));
}

function changed(place: string): StatePathChanged {
  const path = printablePath(place);
  return { code: 'STATE_PATH_CHANGED', message: `${path} reads otherwise than when it was looked at; look again before it is rewritten`, path };
}
