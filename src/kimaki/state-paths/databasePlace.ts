import { printablePath } from '../../posix/paths/index.js';
import type { DatabasePath } from './statePathPlan.js';

/** Which value of a database, for people. */
export function databasePlace({ table, column, label }: Pick<DatabasePath, 'table' | 'column' | 'label'>): string {
  return `${printablePath(`${table}.${column}`)} of ${label}`;
}
