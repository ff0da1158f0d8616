import { quotedName, quotedText } from '../database/index.js';
import type { DatabasePath } from './statePathPlan.js';

/** Statements that give, as `n`, the place in this list of each value that is not `to`. */
export function missingValues(
  values: readonly (Pick<DatabasePath, 'table' | 'column' | 'rowid'> & { readonly to: string })[],
): readonly string[] {
  return values.map(
    ({ table, column, rowid, to }, index) =>
      `SELECT ${index} AS n WHERE NOT EXISTS (SELECT 1 FROM ${quotedName(table)} WHERE rowid = ${rowid} AND ${quotedName(column)} = ${quotedText(to)})`,
  );
}
