import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import type { Aborted } from '../../posix/paths/index.js';
import { quotedName, quotedText, withDatabase } from '../database/index.js';
import type { DatabaseError } from '../database/index.js';
import type { DatabasePath } from './statePathPlan.js';

/** What a row is known by, the most telling first. */
const LABELS: readonly string[] = ['channel_id', 'channel', 'id', 'session_id', 'key', 'name', 'title'];

/**
 * Gives every value of a database that is, as a whole, a path to or below one of these homes.
 *
 * Tables without row ids and virtual tables are passed over. Labels are what users and agents chose: they come escaped.
 */
export function databasePaths(
  path: string,
  homes: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Result<readonly Omit<DatabasePath, 'after'>[], DatabaseError | Aborted>> {
  const read: Parameters<typeof withDatabase<readonly Omit<DatabasePath, 'after'>[]>>[1] = async (ask) => {
    const schema = await ask([
      `SELECT m.name AS "table", p.name AS "column" FROM sqlite_master m JOIN pragma_table_list(m.name) l JOIN pragma_table_info(m.name) p
       WHERE m.type = 'table' AND l.type = 'table' AND l.wr = 0 AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, p.cid`,
    ]);
    if (schema.isErr()) return err(schema.error);
    const columns = schema.value.map((row) => ({ table: String(row.table), column: String(row.column) }));
    const named = new Map(
      [...grouped(columns, ({ table }) => table)].map(([table, all]) => [table, all.map(({ column }) => column)]),
    );
    const rows = await ask(
      columns.map(({ table, column }, index) => query(index, table, column, named.get(table) ?? [], homes)),
    );
    if (rows.isErr()) return err(rows.error);
    return ok(
      rows.value.flatMap((row) => {
        const place = columns[Number(row.wca_place)];
        if (place === undefined) return [];
        return [
          {
            kind: 'database' as const,
            file: path,
            ...place,
            rowid: Number(row.wca_rowid),
            label: printablePath(String(row.wca_label)),
            before: String(row.wca_value),
          },
        ];
      }),
    );
  };
  return withDatabase(path, read, { signal });
}

function query(
  index: number,
  table: string,
  column: string,
  columns: readonly string[],
  homes: readonly string[],
): string {
  const value = quotedName(column);
  const named = LABELS.filter((label) => columns.includes(label)).slice(0, 2);
  const label = named
    .map((name) => `'${name}=' || substr(coalesce(${quotedName(name)}, ''), 1, 60)`)
    .join(" || ', ' || ");
  const isBelow = homes.map((home) => {
    const text = quotedText(home);
    const below = quotedText(`${home === '/' ? '' : home}/`);
    return `(${value} = ${text} OR substr(${value}, 1, length(${below})) = ${below})`;
  });
  return `SELECT ${index} AS wca_place, rowid AS wca_rowid, ${label === '' ? `'row ' || rowid` : label} AS wca_label, ${value} AS wca_value FROM ${quotedName(table)}
    WHERE typeof(${value}) = 'text' AND instr(${value}, char(10)) = 0 AND (${isBelow.length === 0 ? '0' : isBelow.join(' OR ')})`;
}

/** Gives one statement a value; its row is the index `n` of a value that is not `to`. */
export function missingValues(
  values: readonly (Pick<DatabasePath, 'table' | 'column' | 'rowid'> & { readonly to: string })[],
): readonly string[] {
  return values.map(
    ({ table, column, rowid, to }, index) =>
      `SELECT ${index} AS n WHERE NOT EXISTS (SELECT 1 FROM ${quotedName(table)} WHERE rowid = ${rowid} AND ${quotedName(column)} = ${quotedText(to)})`,
  );
}

/** Groups items by key, in the order of each key's first item. */
export function grouped<K, V>(items: readonly V[], key: (item: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
