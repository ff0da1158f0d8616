import { printablePath, printableText } from '../../posix/paths/index.js';

/** Why a database was not read or written. `message` says what to do, and holds no value of the database. */
export interface DatabaseError {
  /**
   * - `SQLITE3_MISSING`: the program that writes is not installed, or too old to be run here.
   * - `DATABASE_OWNER`: its files belong to different accounts, or to none.
   * - `DATABASE_DAMAGED`: SQLite calls it malformed, or no database.
   * - `DATABASE_TOO_LARGE`: larger than 256 MiB.
   * - `DATABASE_BUSY`: it kept changing, a transaction is open, or a process has it open.
   * - `DATABASE_UNREADABLE`: everything else, also when SQLite did not answer in time or there is no room for a copy.
   */
  readonly code:
    | 'SQLITE3_MISSING'
    | 'DATABASE_OWNER'
    | 'DATABASE_DAMAGED'
    | 'DATABASE_TOO_LARGE'
    | 'DATABASE_BUSY'
    | 'DATABASE_UNREADABLE';
  readonly message: string;
  readonly path: string;
}

/** The error of one database; `why` follows its path. */
export function databaseError(code: DatabaseError['code'], path: string, why: string): DatabaseError {
  const shown = printablePath(path);
  return { code, message: `${shown} ${printableText(why)}`.replace(' : ', ': '), path: shown };
}

/** Tells what SQLite says of a damaged database (SQLITE_CORRUPT, SQLITE_NOTADB) from whatever else went wrong. */
export function codeOf(message: string): DatabaseError['code'] {
  if (message.includes('database is locked')) return 'DATABASE_BUSY';
  return /is malformed|is not a database/.test(message) ? 'DATABASE_DAMAGED' : 'DATABASE_UNREADABLE';
}
