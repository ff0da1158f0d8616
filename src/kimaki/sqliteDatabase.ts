import { constants } from 'node:fs';
import { chmod, chown, lstat, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, lookupIdentity, lookupUserById, printablePath, readRegularFile, runAs } from '../posix/index.js';
import type { Identity, IoError } from '../posix/index.js';
import type { DatabaseError } from './databaseError.js';

/** One row as sqlite3 gives it. */
type DatabaseRow = Readonly<Record<string, unknown>>;

/** What belongs to a database besides itself: with any of these left behind, committed rows are lost (sqlite.org/wal.html). */
const COMPANION_FILES: readonly string[] = ['-wal', '-journal'];

/** More than a bridge stores; copied in memory. */
const MAX_BYTES = 256 * 1024 * 1024;

/** A file of a database with its bytes. */
interface DatabaseFile {
  readonly suffix: string;
  readonly bytes: Buffer;
}

/**
 * Reads a database and what belongs to it as they stood at one moment, though a service writes to it: read again when one
 * of them changed meanwhile.
 */
async function readDatabaseFiles(path: string): Promise<Result<readonly DatabaseFile[], DatabaseError | IoError>> {
  for (let tries = 0; tries < 5; tries += 1) {
    const before = await stamps(path);
    if (before.isErr()) return err(before.error);
    const files: DatabaseFile[] = [];
    for (const suffix of ['', ...COMPANION_FILES]) {
      const file = await readRegularFile(`${path}${suffix}`, { maxBytes: MAX_BYTES });
      if (file.isOk()) files.push({ suffix, bytes: file.value.bytes });
      else if (file.error.code === 'FILE_TOO_LARGE') return err(failed('DATABASE_TOO_LARGE', path, 'is larger than this copies (256 MiB)'));
      else if (file.error.code !== 'NOT_FOUND' || suffix === '') return err(failed('DATABASE_UNREADABLE', path, `cannot be read: ${file.error.message}`));
    }
    const after = await stamps(path);
    if (after.isErr()) return err(after.error);
    if (before.value === after.value) return ok(files);
  }
  return err(failed('DATABASE_BUSY', path, 'kept changing while it was copied; try again when the service is quieter'));
}

async function stamps(path: string): Promise<Result<string, IoError>> {
  const found: string[] = [];
  for (const suffix of ['', ...COMPANION_FILES]) {
    const stat = await ResultAsync.fromPromise(lstat(`${path}${suffix}`, { bigint: true }), (cause) => ioError(cause, 'lstat', path));
    if (stat.isErr() && stat.error.errno !== 'ENOENT') return err(stat.error);
    found.push(stat.isOk() ? `${stat.value.ino}:${stat.value.size}:${stat.value.mtimeNs}` : '-');
  }
  return ok(found.join(' '));
}

/** The account that all files of a database belong to, and that alone may open it without leaving files of others behind. */
export async function databaseOwner(path: string): Promise<Result<Identity, DatabaseError>> {
  const owners = new Set<number>();
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    const stat = await lstat(`${path}${suffix}`).catch(() => null);
    if (stat !== null) owners.add(stat.uid);
  }
  const [uid, other] = [...owners];
  if (uid === undefined) return err(failed('DATABASE_UNREADABLE', path, 'is not there'));
  if (other !== undefined) return err(failed('DATABASE_OWNER', path, `and what belongs to it are of several accounts (uid ${uid} and ${other}); SQLite could not write them`));
  const identity = await lookupUserById(uid).andThen(({ name }) => lookupIdentity(name));
  return identity.isOk() ? ok(identity.value) : err(failed('DATABASE_OWNER', path, `belongs to uid ${uid}, which is no account`));
}

/** Works on a private copy of a database, in a directory of its owner's alone, and removes the copy. */
export async function withDatabaseCopy<T, E>(
  path: string,
  act: (copy: string, owner: Identity) => Promise<Result<T, E>>,
): Promise<Result<T, E | DatabaseError | IoError>> {
  const owner = await databaseOwner(path);
  if (owner.isErr()) return err(owner.error);
  const files = await readDatabaseFiles(path);
  if (files.isErr()) return err(files.error);
  const made = await ResultAsync.fromPromise(mkdtemp('/var/tmp/wca-db-'), (cause) => ioError(cause, 'mkdtemp', '/var/tmp'));
  if (made.isErr()) return err(made.error);
  const { uid } = owner.value.user;
  const { gid } = owner.value.group;
  try {
    const copy = `${made.value}/copy.db`;
    const placed = await ResultAsync.fromPromise(
      (async () => {
        for (const { suffix, bytes } of files.value) {
          await writeFile(`${copy}${suffix}`, bytes, { flag: 'wx', mode: 0o600 });
          await chown(`${copy}${suffix}`, uid, gid);
        }
        await chown(made.value, uid, gid);
        await chmod(made.value, 0o700);
      })(),
      (cause) => ioError(cause, 'write', made.value),
    );
    if (placed.isErr()) return err(placed.error);
    return await act(copy, owner.value);
  } finally {
    await rm(made.value, { recursive: true, force: true });
  }
}

/** Whether a file begins as every SQLite database does (sqlite.org/fileformat.html). */
export async function isDatabase(path: string | Buffer): Promise<boolean> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (handle === null) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return bytesRead === 16 && buffer.toString('latin1') === 'SQLite format 3\0';
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}

/** Has sqlite3 run statements as an account, without any command that reaches beyond the database; gives the last rows. */
export async function runSqlite(path: string, owner: Identity, sql: string): Promise<Result<readonly DatabaseRow[], DatabaseError>> {
  const args = ['-safe', '-batch', '-bail', '-json', '-init', '/dev/null', path];
  const ran = await runAs(owner, 'sqlite3', args, { input: sql, timeoutMs: 120_000, maxOutputBytes: 64 * 1024 * 1024, umask: 0o077 });
  if (ran.isErr()) return err(failed('DATABASE_UNREADABLE', path, `was not read by sqlite3: ${ran.error.message}`));
  const { exitCode, stdout, stderr } = ran.value;
  if (exitCode === 127) return err(failed('SQLITE3_MISSING', path, 'was not looked into, for sqlite3 is not installed (apt-get install sqlite3)'));
  if (exitCode !== 0) {
    const said = stderr.trim().split('\n')[0]?.slice(0, 200) ?? '';
    const code = stderr.includes('database is locked') ? 'DATABASE_BUSY' : 'DATABASE_UNREADABLE';
    return err(failed(code, path, `: sqlite3 ended with ${exitCode ?? 'a signal'}: ${said}`));
  }
  try {
    const rows: unknown = stdout.trim() === '' ? [] : JSON.parse(stdout);
    return Array.isArray(rows) ? ok(rows as readonly DatabaseRow[]) : err(failed('DATABASE_UNREADABLE', path, 'gave no rows'));
  } catch {
    return err(failed('DATABASE_UNREADABLE', path, 'gave something else than rows'));
  }
}

/** A name in SQL. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL, whatever is in it. */
export function quotedText(text: string): string {
  return `CAST(X'${Buffer.from(text, 'utf8').toString('hex')}' AS TEXT)`;
}

function failed(code: DatabaseError['code'], path: string, why: string): DatabaseError {
  const shown = printablePath(path);
  return { code, message: `${shown} ${why}`.replace(' : ', ': '), path: shown };
}
