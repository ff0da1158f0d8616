import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../posix/index.js';
import type { DatabaseError } from './databaseError.js';
import { grouped } from './grouped.js';
import { quotedName, quotedText, runSqlite, withDatabaseCopy } from './sqliteDatabase.js';
import type { DatabasePath } from './statePathPlan.js';

/** What a row is known by, the most telling first. */
const LABELS: readonly string[] = ['channel_id', 'channel', 'id', 'session_id', 'key', 'name', 'title'];

/**
 * Gives every value of a database that is, as a whole, a path to or below one of these homes; read on a private copy.
 *
 * Tables without row ids and virtual tables are passed over.
 */
export function databasePaths(
  path: string,
  homes: readonly string[],
): Promise<Result<readonly Omit<DatabasePath, 'after'>[], DatabaseError | IoError>> {
  return withDatabaseCopy<readonly Omit<DatabasePath, 'after'>[], DatabaseError>(path, async (copy, owner) => {
    const schema = await runSqlite(
      copy,
      owner,
      `SELECT m.name AS "table", p.name AS "column" FROM sqlite_schema m JOIN pragma_table_list(m.name) l JOIN pragma_table_info(m.name) p
       WHERE m.type = 'table' AND l.type = 'table' AND l.wr = 0 AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, p.cid;`,
    );
    if (schema.isErr()) return err(schema.error);
    const found: Omit<DatabasePath, 'after'>[] = [];
    for (const [table, columns] of grouped(schema.value, (row) => String(row.table))) {
      const names = columns.map((row) => String(row.column));
      for (const column of names) {
        const rows = await runSqlite(copy, owner, query(table, column, names, homes));
        if (rows.isErr()) return err(rows.error);
        for (const row of rows.value) {
          found.push({ kind: 'database', file: path, table, column, rowid: Number(row.wca_rowid), label: String(row.wca_label), before: String(row.wca_value) });
        }
      }
    }
    return ok(found);
  });
}

function query(table: string, column: string, columns: readonly string[], homes: readonly string[]): string {
  const value = quotedName(column);
  const named = LABELS.filter((label) => columns.includes(label)).slice(0, 2);
  const label = named.map((name) => `'${name}=' || substr(coalesce(${quotedName(name)}, ''), 1, 60)`).join(" || ', ' || ");
  const isBelow = homes.map((home) => {
    const text = quotedText(home);
    const below = quotedText(`${home === '/' ? '' : home}/`);
    return `(${value} = ${text} OR substr(${value}, 1, length(${below})) = ${below})`;
  });
  return `SELECT rowid AS wca_rowid, ${label === '' ? `'row ' || rowid` : label} AS wca_label, ${value} AS wca_value FROM ${quotedName(table)}
    WHERE typeof(${value}) = 'text' AND instr(${value}, char(10)) = 0 AND (${isBelow.length === 0 ? '0' : isBelow.join(' OR ')});`;
}
