import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../posix/index.js';
import type { DatabaseError } from './databaseError.js';
import { quotedName, runSqlite, withDatabaseCopy } from './sqliteDatabase.js';

/** What a database holds, and whether it is whole. */
export interface DatabaseCheck {
  /** `not-checked` is no verdict: `detail` says why. */
  readonly state: 'intact' | 'damaged' | 'not-checked';
  /** Rows of each table, to be compared with those of before. Empty unless `intact`. */
  readonly rows: Readonly<Record<string, number>>;
  readonly detail: string;
}

/**
 * Tells whether a SQLite database with its log is whole, and how many rows each table has, without touching it.
 *
 * It looks at a private copy of the whole set, opened as the owner: opened in place by root, even to read, it would get a
 * log and an index of root's beside it. A service may go on writing. Without `sqlite3`, with files of several owners, or
 * beyond 256 MiB the answer is `not-checked` and never `intact`.
 *
 * Errors: `IO` of making the copy.
 *
 * Source: sqlite.org/howtocorrupt.html, sqlite.org/pragma.html (integrity_check).
 *
 * @example
 * ```ts
 * import { checkDatabase } from '@wca/runtime-sdk/kimaki';
 *
 * const checked = await checkDatabase('/home/opencode/.kimaki/kimaki.db');
 * if (checked.isErr()) console.error(checked.error.message);
 * else console.log(checked.value.state, checked.value.rows);
 * ```
 */
export function checkDatabase(path: string): ResultAsync<DatabaseCheck, IoError> {
  return new ResultAsync(check(path));
}

async function check(path: string): Promise<Result<DatabaseCheck, IoError>> {
  const looked = await withDatabaseCopy<DatabaseCheck, DatabaseError>(path, async (copy, owner) => {
    const whole = await runSqlite(copy, owner, 'PRAGMA integrity_check;');
    if (whole.isErr()) return whole.error.code === 'DATABASE_UNREADABLE' ? ok(damaged(whole.error.message.replaceAll(copy, path))) : err(whole.error);
    const verdicts = whole.value.map((row) => String(row.integrity_check));
    if (verdicts.join() !== 'ok') return ok(damaged(`${path}: ${verdicts[0]?.slice(0, 200) ?? 'no answer'}`));
    const tables = await runSqlite(copy, owner, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name;");
    if (tables.isErr()) return err(tables.error);
    const rows: Record<string, number> = {};
    for (const { name } of tables.value) {
      const counted = await runSqlite(copy, owner, `SELECT count(*) AS n FROM ${quotedName(String(name))};`);
      if (counted.isErr()) return err(counted.error);
      rows[String(name)] = Number(counted.value[0]?.n ?? 0);
    }
    const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
    return ok({ state: 'intact', rows, detail: `${path}: ${total} rows in ${Object.keys(rows).length} tables` });
  });
  if (looked.isOk()) return ok(looked.value);
  return looked.error.code === 'IO' ? err(looked.error) : ok({ state: 'not-checked', rows: {}, detail: looked.error.message });
}

function damaged(detail: string): DatabaseCheck {
  return { state: 'damaged', rows: {}, detail };
}
