import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import { lookupIdentity } from '../../posix/accounts/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { databaseError } from './databaseError.js';
import type { DatabaseError } from './databaseError.js';

/** Files that belong to a database: without them committed rows are lost (sqlite.org/wal.html). */
const COMPANION_FILES: readonly string[] = ['-wal', '-journal'];

/** More than a bridge stores; the database is read into memory. */
const MAX_BYTES = 256 * 1024 * 1024;

/** A database with its log, as they stood at one moment. */
export interface DatabaseFiles {
  readonly database: Buffer;
  readonly wal: Buffer | null;
  /** A rollback journal that may hold what a reader has to put back first. */
  readonly hasHotJournal: boolean;
}

/**
 * Reads a database and its log as they are at one moment, though a service writes to them: reads again when one of them
 * changed meanwhile. SQLite opens nothing.
 */
export async function readDatabaseFiles(path: string): Promise<Result<DatabaseFiles, DatabaseError>> {
  for (let tries = 0; tries < 5; tries += 1) {
    const before = await stamps(path);
    if (before.isErr()) return err(unreadable(path, before.error));
    const files = new Map<string, Buffer>();
    for (const suffix of ['', ...COMPANION_FILES]) {
      const file = await readRegularFile(`${path}${suffix}`, { maxBytes: MAX_BYTES });
      if (file.isOk()) files.set(suffix, file.value.bytes);
      else if (file.error.code === 'FILE_TOO_LARGE')
        return err(databaseError('DATABASE_TOO_LARGE', path, 'is larger than 256 MiB and is not read'));
      else if (file.error.code !== 'NOT_FOUND' || suffix === '') return err(unreadable(path, file.error));
    }
    const after = await stamps(path);
    if (after.isErr()) return err(unreadable(path, after.error));
    if (before.value !== after.value) continue;
    // A journal kept for the next transaction begins with zeros (sqlite.org/fileformat2.html, the rollback journal).
    return ok({
      database: files.get('') ?? Buffer.alloc(0),
      wal: files.get('-wal') ?? null,
      hasHotJournal: (files.get('-journal')?.[0] ?? 0) !== 0,
    });
  }
  return err(
    databaseError('DATABASE_BUSY', path, 'kept changing while it was read; try again when the service is quieter'),
  );
}

async function stamps(path: string): Promise<Result<string, IoError>> {
  const found: string[] = [];
  for (const suffix of ['', ...COMPANION_FILES]) {
    const stat = await ResultAsync.fromPromise(lstat(`${path}${suffix}`, { bigint: true }), (cause) =>
      ioError(cause, 'lstat', path),
    );
    if (stat.isErr() && stat.error.errno !== 'ENOENT') return err(stat.error);
    found.push(stat.isOk() ? `${stat.value.ino}:${stat.value.size}:${stat.value.mtimeNs}` : '-');
  }
  return ok(found.join(' '));
}

function unreadable(path: string, error: { readonly message: string }): DatabaseError {
  return databaseError('DATABASE_UNREADABLE', path, `cannot be read: ${error.message}`);
}

/**
 * The account that may write a database: its owner, who must own its log too, or SQLite would leave files that the other
 * account cannot write. A database of root is written as root, whoever owns its log.
 */
export async function databaseOwner(path: string): Promise<Result<Identity, DatabaseError>> {
  const owners: number[] = [];
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    const stat = await lstat(`${path}${suffix}`).catch(() => null);
    if (stat !== null) owners.push(stat.uid);
    else if (suffix === '') return err(databaseError('DATABASE_UNREADABLE', path, 'does not exist'));
  }
  const [uid = 0, ...others] = owners;
  const other = uid === 0 ? undefined : others.find((each) => each !== uid);
  if (other !== undefined)
    return err(
      databaseError(
        'DATABASE_OWNER',
        path,
        `and its log belong to different accounts (uid ${uid} and ${other}); give all its files to one account`,
      ),
    );
  const identity = await lookupIdentity(uid);
  return identity.mapErr(() => databaseError('DATABASE_OWNER', path, `belongs to uid ${uid}, which has no account`));
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

/** A name in SQL. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL, whatever is in it. */
export function quotedText(text: string): string {
  return `CAST(X'${Buffer.from(text, 'utf8').toString('hex')}' AS TEXT)`;
}
