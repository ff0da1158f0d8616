import { printablePath } from '../../posix/paths/index.js';

/** Why a database was not read or written: what `message` tells, with the way out. Never a value of it. */
export interface DatabaseError {
  /**
   * - `SQLITE3_MISSING`: the program is not installed, or too old to be run here.
   * - `DATABASE_OWNER`: its files belong to different accounts, or to none.
   * - `DATABASE_DAMAGED`: SQLite calls it malformed, or no database.
   * - `DATABASE_NEEDS_COPY`: it can be looked into on a copy only, and none was to be made.
   * - `DATABASE_TOO_LARGE`, `DATABASE_BUSY` (it kept changing, a transaction is open, or a process has it open),
   *   `DATABASE_UNREADABLE`.
   */
  readonly code:
    | 'SQLITE3_MISSING'
    | 'DATABASE_OWNER'
    | 'DATABASE_DAMAGED'
    | 'DATABASE_NEEDS_COPY'
    | 'DATABASE_TOO_LARGE'
    | 'DATABASE_BUSY'
    | 'DATABASE_UNREADABLE';
  readonly message: string;
  readonly path: string;
}

/** The error of one database; `why` goes on from its path. */
export function databaseError(code: DatabaseError['code'], path: string, why: string): DatabaseError {
  const shown = printablePath(path);
  return { code, message: `${shown} ${why}`.replace(' : ', ': '), path: shown };
}
