import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath, printableText } from '../../posix/paths/index.js';
import type { Aborted } from '../../posix/paths/index.js';
import { withDatabase } from './withDatabase.js';
import { quotedName } from './sqliteDatabase.js';

/** What a database holds, and whether it is whole. @inline */
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
 * SQLite reads a private copy of database and log below /var/tmp, which is removed afterwards, and never opens the files
 * themselves. A service may go on writing. `damaged` is what SQLite says of the content; whatever else goes wrong (a
 * collation it does not know, an open transaction, more than 256 MiB, no room for the copy, two minutes without an answer)
 * is `not-checked`, never `intact`, and no error.
 *
 * Errors: `ABORTED`.
 *
 * Source: sqlite.org/howtocorrupt.html, sqlite.org/pragma.html (integrity_check).
 *
 * @example
 * ```ts
 * import { checkDatabase } from '@wca/runtime-sdk/kimaki';
 *
 * const check = await checkDatabase('/home/opencode/.kimaki/kimaki.db');
 * if (check.isErr()) console.error(check.error.message);
 * else console.log(check.value.state, check.value.detail);
 * ```
 */
export function checkDatabase(
  path: string,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<DatabaseCheck, Aborted> {
  return new ResultAsync(check(path, options.signal));
}

async function check(path: string, signal: AbortSignal | undefined): Promise<Result<DatabaseCheck, Aborted>> {
  const read: Parameters<typeof withDatabase<DatabaseCheck>>[1] = async (ask) => {
    const first = await ask(['PRAGMA integrity_check', TABLES]);
    if (first.isErr()) return err(first.error);
    const verdicts = first.value.flatMap((row) => ('integrity_check' in row ? [String(row.integrity_check)] : []));
    if (verdicts.join() !== 'ok')
      return ok(
        notIntact('damaged', `${printablePath(path)}: ${printableText(verdicts[0]?.slice(0, 200) ?? 'no answer')}`),
      );
    const tables = first.value.flatMap((row) => ('name' in row ? [String(row.name)] : []));
    const counted = await ask(
      tables.map((table, index) => `SELECT ${index} AS t, count(*) AS n FROM ${quotedName(table)}`),
    );
    if (counted.isErr()) return err(counted.error);
    const rows = Object.fromEntries(counted.value.map(({ t, n }) => [tables[Number(t)] ?? '', Number(n)]));
    const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
    return ok({ state: 'intact', rows, detail: `${printablePath(path)}: ${total} rows in ${tables.length} tables` });
  };
  const looked = await withDatabase(path, read, { signal });
  if (looked.isOk()) return ok(looked.value);
  const { error } = looked;
  if (error.code === 'ABORTED') return err(error);
  return ok(notIntact(error.code === 'DATABASE_DAMAGED' ? 'damaged' : 'not-checked', error.message));
}

const TABLES =
  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name";

function notIntact(state: 'damaged' | 'not-checked', detail: string): DatabaseCheck {
  return { state, rows: {}, detail };
}
