/** Why a database was not read or written: what `message` tells, with the way out. Never a value of it. */
export interface DatabaseError {
  /**
   * - `SQLITE3_MISSING`: the program is not installed.
   * - `DATABASE_OWNER`: its files belong to different accounts, or to none.
   * - `DATABASE_TOO_LARGE`, `DATABASE_BUSY` (it kept changing, or a process has it open), `DATABASE_UNREADABLE`.
   */
  readonly code: 'SQLITE3_MISSING' | 'DATABASE_OWNER' | 'DATABASE_TOO_LARGE' | 'DATABASE_BUSY' | 'DATABASE_UNREADABLE';
  readonly message: string;
  readonly path: string;
}
