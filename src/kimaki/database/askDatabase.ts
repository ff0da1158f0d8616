import { chmod, chown, lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import { lookupIdentity, lookupUserById } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { databaseError } from './databaseError.js';
import type { DatabaseError } from './databaseError.js';
import { hexImage } from './hexImage.js';
import { mergeWal, pageSizeOf } from './mergeWal.js';
import { runSqlite } from './runSqlite.js';
import type { DatabaseRow } from './runSqlite.js';
import { databaseOwner, readDatabaseFiles } from './sqliteDatabase.js';

/** Asks one database, as it stood at one moment; gives the rows of all statements. */
export type AskDatabase = (sql: string) => Promise<Result<readonly DatabaseRow[], DatabaseError>>;

const MIB = 1024 * 1024;
/** Without a copy: 32 MiB take four seconds, and half of that again for each further question. */
const MAX_THROUGH_INPUT = 32 * MIB;
/** Where a copy may be made it is the quicker way from here on. */
const MAX_INSTEAD_OF_COPY = 4 * MIB;

const COPIES = '/var/tmp';
const COPY = /^wca-db-([1-9][0-9]*)-[A-Za-z0-9]{6}$/;

/**
 * Lets `act` ask a database with its log, without SQLite ever opening its files, as an account that may read nothing else
 * (`nobody`). It goes to sqlite3 through its input, as one image; no file is made.
 *
 * @param mayCopy - a larger one is asked on a private copy below /var/tmp, which is removed afterwards; otherwise that is
 * `DATABASE_NEEDS_COPY`
 */
export async function withDatabase<T>(
  path: string,
  mayCopy: boolean,
  act: (ask: AskDatabase) => Promise<Result<T, DatabaseError>>,
): Promise<Result<T, DatabaseError>> {
  const files = await readDatabaseFiles(path);
  if (files.isErr()) return err(files.error);
  const { database, wal, hasHotJournal } = files.value;
  if (hasHotJournal)
    return err(
      databaseError(
        'DATABASE_BUSY',
        path,
        'has a transaction in its rollback journal, which is its service’s to finish or to take back; not looked into',
      ),
    );
  const reader = await readerOf(path);
  if (reader.isErr()) return err(reader.error);
  const image = mergeWal(database, wal);
  const pageSize = pageSizeOf(database);
  if (database.length === 0) return err(databaseError('DATABASE_UNREADABLE', path, 'is empty; not looked into'));
  if (pageSize === null) return err(databaseError('DATABASE_DAMAGED', path, 'is not a database'));
  if (image === null)
    return err(databaseError('DATABASE_UNREADABLE', path, 'has a log that is not its own; not looked into'));
  if (image.length <= (mayCopy ? MAX_INSTEAD_OF_COPY : MAX_THROUGH_INPUT)) {
    const open = Buffer.concat([Buffer.from('.open --hexdb\n'), hexImage(image, pageSize)]);
    return act((sql) =>
      runSqlite(path, ':memory:', reader.value, Buffer.concat([open, Buffer.from(`${IN_MEMORY}${sql}\n`)])),
    );
  }
  if (!mayCopy)
    return err(
      databaseError(
        'DATABASE_NEEDS_COPY',
        path,
        `is larger than is looked into without a copy (${MAX_THROUGH_INPUT / MIB} MiB); apply looks`,
      ),
    );
  return withCopy(path, image, reader.value, act);
}

/** Nor does a sort make a file. */
const IN_MEMORY = 'PRAGMA temp_store = MEMORY;\n';

async function readerOf(path: string): Promise<Result<Identity, DatabaseError>> {
  const self = process.geteuid?.() ?? 0;
  if (self !== 0) {
    const own = await lookupUserById(self).andThen(({ name }) => lookupIdentity(name));
    return own.mapErr(({ message }) => databaseError('DATABASE_UNREADABLE', path, `was not looked into: ${message}`));
  }
  const nobody = await lookupIdentity('nobody');
  return nobody.isOk() ? ok(nobody.value) : databaseOwner(path);
}

/** The directory stays root's, so what is in it is nobody's to exchange; SQLite opens the copy as what does not change. */
async function withCopy<T>(
  path: string,
  image: Buffer,
  reader: Identity,
  act: (ask: AskDatabase) => Promise<Result<T, DatabaseError>>,
): Promise<Result<T, DatabaseError>> {
  const made = await ResultAsync.fromPromise(mkdtemp(`${COPIES}/wca-db-${process.pid}-`), (cause) =>
    ioError(cause, 'mkdtemp', COPIES),
  );
  if (made.isErr()) return err(databaseError('DATABASE_UNREADABLE', path, `was not copied: ${made.error.message}`));
  try {
    const copy = `${made.value}/copy.db`;
    const placed = await ResultAsync.fromPromise(
      (async () => {
        await writeFile(copy, image, { flag: 'wx', mode: 0o400 });
        if (process.geteuid?.() === 0) await chown(copy, reader.user.uid, 0);
        await chmod(made.value, 0o711);
      })(),
      (cause) => ioError(cause, 'write', copy),
    );
    if (placed.isErr())
      return err(databaseError('DATABASE_UNREADABLE', path, `was not copied: ${placed.error.message}`));
    return await act((sql) => runSqlite(path, `file:${copy}?immutable=1`, reader, `${IN_MEMORY}${sql}\n`));
  } finally {
    await removeCopy(made.value);
  }
}

/** Removes the copies that killed processes left; what a process that is there may still be using stays. */
export async function clearDatabaseCopies(): Promise<void> {
  for (const name of await readdir(COPIES).catch(() => [])) {
    const pid = COPY.exec(name)?.[1];
    const path = `${COPIES}/${name}`;
    if (pid === undefined || (await lstat(`/proc/${pid}`).catch(() => null)) !== null) continue;
    const stat = await lstat(path).catch(() => null);
    // Anybody may make a name in /var/tmp.
    if (stat?.isDirectory() === true && stat.uid === process.geteuid?.()) await removeCopy(path);
  }
}

async function removeCopy(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
