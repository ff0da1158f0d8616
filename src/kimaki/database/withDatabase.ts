import { lstat, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { attempt, printablePath, unlessAborted } from '../../posix/paths/index.js';
import type { Aborted } from '../../posix/paths/index.js';
import { codeOf, databaseError } from './databaseError.js';
import type { DatabaseError } from './databaseError.js';
import { DEFAULT_TIME_LIMIT_MS, startQueryThread } from './queryThread.js';
import type { DatabaseRow, QueryFailure } from './queryThread.js';
import { readDatabaseFiles } from './sqliteDatabase.js';
import type { DatabaseFiles } from './sqliteDatabase.js';

/** How a database is read. */
export interface WithDatabaseOptions {
  /** Aborting it stops SQLite, also in the middle of a statement. */
  readonly signal?: AbortSignal | undefined;
  /** For each call of `ask`; a database that takes longer is `DATABASE_UNREADABLE`. Default two minutes. */
  readonly timeLimitMs?: number;
}

/** Runs statements on the copy of one database; gives the rows of all. */
export type AskDatabase = (statements: readonly string[]) => Promise<Result<readonly DatabaseRow[], DatabaseError>>;

const COPIES = '/var/tmp';
const COPY = /^wca-db-([1-9][0-9]*)-[A-Za-z0-9]{6}$/;
/** Left free for everybody else. */
const SPARE_BYTES = 16 * 1024 * 1024;

/**
 * Lets `act` read a database as it is at this moment, with its write-ahead log, on a private copy below /var/tmp, which is
 * removed afterwards. SQLite never opens the database itself.
 *
 * The directory of the copy has mode 0700. What a killed process left there is removed by the next call.
 *
 * Errors: {@link DatabaseError}, `ABORTED`.
 */
export async function withDatabase<T>(
  path: string,
  act: (ask: AskDatabase) => Promise<Result<T, DatabaseError>>,
  { signal, timeLimitMs = DEFAULT_TIME_LIMIT_MS }: WithDatabaseOptions = {},
): Promise<Result<T, DatabaseError | Aborted>> {
  const start = unlessAborted(signal, `reading ${printablePath(path)}`);
  if (start.isErr()) return err(start.error);
  const files = await readDatabaseFiles(path);
  if (files.isErr()) return err(files.error);
  const unfit = whyNotRead(path, files.value);
  if (unfit !== undefined) return err(unfit);
  await clearDatabaseCopies();
  const made = await makeCopy(path, files.value);
  if (made.isErr()) return err(made.error);
  try {
    const thread = startQueryThread(`${made.value}/${NAME}`, timeLimitMs);
    if (thread.isErr()) return err(notRead(path, thread.error));
    const stop = (): void => void thread.value.stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const answer = await act(async (statements) =>
        (await thread.value.ask(statements)).mapErr((failure) => notRead(path, failure)),
      );
      return unlessAborted(signal, `reading ${printablePath(path)}`).andThen((): Result<T, DatabaseError> => answer);
    } finally {
      signal?.removeEventListener('abort', stop);
      await thread.value.stop();
    }
  } finally {
    await remove(made.value);
  }
}

const NAME = 'copy.db';

/** The encoding of all texts is at byte 56 of the header (sqlite.org/fileformat.html). */
const ENCODING = 56;

function whyNotRead(path: string, { database, hasHotJournal }: DatabaseFiles): DatabaseError | undefined {
  if (hasHotJournal) {
    const why = 'has an unfinished transaction in its rollback journal; start and stop its service, then look again';
    return databaseError('DATABASE_BUSY', path, why);
  }
  if (database.length === 0) return databaseError('DATABASE_UNREADABLE', path, 'is empty');
  if (database.length > ENCODING + 4 && [2, 3].includes(database.readUInt32BE(ENCODING)))
    return databaseError('DATABASE_UNREADABLE', path, 'holds its texts in UTF-16, which is not supported');
  return undefined;
}

function notRead(path: string, { reason, message }: QueryFailure): DatabaseError {
  const code = reason === 'sqlite' ? codeOf(message) : 'DATABASE_UNREADABLE';
  // SQLite names tables, which the service or its users have named.
  return databaseError(code, path, `was not read: ${printablePath(message.slice(0, 200))}`);
}

/** Gives the directory of the copy. */
async function makeCopy(path: string, { database, wal }: DatabaseFiles): Promise<Result<string, DatabaseError>> {
  const failed = ({ message }: { readonly message: string }): DatabaseError =>
    databaseError('DATABASE_UNREADABLE', path, `was not copied: ${message}`);
  const space = await attempt(() => statfs(COPIES), 'statfs', COPIES);
  if (space.isErr()) return err(failed(space.error));
  const needed = database.length + (wal?.length ?? 0) + SPARE_BYTES;
  const free = space.value.bavail * space.value.bsize;
  if (free < needed) {
    const mib = (bytes: number): number => Math.ceil(bytes / (1024 * 1024));
    const message = `${COPIES} has ${mib(free)} MiB free and ${mib(needed)} MiB are needed; free some space`;
    return err(failed({ message }));
  }
  const made = await attempt(() => mkdtemp(`${COPIES}/wca-db-${process.pid}-`), 'mkdtemp', COPIES);
  if (made.isErr()) return err(failed(made.error));
  const written = await attempt(
    async () => {
      await writeFile(`${made.value}/${NAME}`, database, { flag: 'wx', mode: 0o600 });
      if (wal !== null) await writeFile(`${made.value}/${NAME}-wal`, wal, { flag: 'wx', mode: 0o600 });
    },
    'write',
    made.value,
  );
  if (written.isOk()) return ok(made.value);
  await remove(made.value);
  return err(failed(written.error));
}

/** Removes the copies that killed processes left; those of a running process stay. */
export async function clearDatabaseCopies(): Promise<void> {
  for (const name of await readdir(COPIES).catch(() => [])) {
    const pid = COPY.exec(name)?.[1];
    const path = `${COPIES}/${name}`;
    if (pid === undefined || (await lstat(`/proc/${pid}`).catch(() => null)) !== null) continue;
    const stat = await lstat(path).catch(() => null);
    // Any account can make a directory of this name in /var/tmp.
    if (stat?.isDirectory() === true && stat.uid === process.geteuid?.()) await remove(path);
  }
}

async function remove(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}
