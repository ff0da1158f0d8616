import { dirname } from 'node:path';
import { checkDatabase, findDatabases } from '../../kimaki/database/index.js';
import type { DatabaseCheck } from '../../kimaki/database/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/**
 * Point 1: every database of the state is intact, with its log; examined on a copy.
 *
 * Only the databases of the service itself, directly in the data directory or in opencode's, can fail the check. A damaged
 * file further below (a project's fixture) says nothing about the migration, and is reported as not checked.
 */
export function checkDatabases({ instance, service }: Subject): Promise<readonly AcceptanceCheck[]> {
  return databasesBelow([...new Set([instance.dataDir, `${service.user.home}/.local/share/opencode`])]);
}

/** The same of the databases below these directories. */
export async function databasesBelow(roots: readonly string[]): Promise<readonly AcceptanceCheck[]> {
  const found = await findDatabases(roots);
  if (found.isErr()) return [verdictsOf('databases', 1, roots[0] ?? '').unchecked(found.error.message)];
  const checked: CheckedDatabase[] = [];
  for (const path of new Set(found.value.paths)) {
    const one = await checkDatabase(path);
    if (one.isErr()) return [verdictsOf('databases', 1, path).unchecked(one.error.message)];
    checked.push({ path, ...one.value });
  }
  return [judgeDatabases(roots, checked, found.value.complete)];
}

/** A database and what was found about it. */
export type CheckedDatabase = Pick<DatabaseCheck, 'state' | 'detail'> & { readonly path: string };

/** Decides over the databases below these roots; `isComplete` is false where not all was searched. Pure. */
export function judgeDatabases(
  roots: readonly string[],
  databases: readonly CheckedDatabase[],
  isComplete: boolean,
): AcceptanceCheck {
  const { passed, failed, unchecked } = verdictsOf('databases', 1, roots[0] ?? '');
  if (databases.length === 0 && isComplete) return unchecked(`there is no database in ${roots.join(' or ')}`);
  const own = databases.find(({ state, path }) => state === 'damaged' && roots.includes(dirname(path)));
  if (own !== undefined) return failed(own.detail);
  const open = databases
    .filter(({ state }) => state !== 'intact')
    .map(({ state, detail }) => (state === 'damaged' ? `${detail} (not a database of the service itself)` : detail));
  if (!isComplete) open.push(`${roots.join(' and ')} hold more files than are searched`);
  return open.length === 0 ? passed(databases.map(({ detail }) => detail).join('; ')) : unchecked(open.join('; '));
}
