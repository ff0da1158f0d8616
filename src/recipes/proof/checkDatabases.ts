import { dirname } from 'node:path';
import { checkDatabase, findDatabases } from '../../kimaki/database/index.js';
import { failed, passed, unchecked } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/**
 * Point 1: every database of the state is whole, with its log; looked at on an image of it.
 *
 * Only what the service itself keeps, directly in the data directory or in opencode's, refutes the point. A damaged file
 * further below (a project's fixture) says nothing about the migration, and is told as not proven.
 */
export async function checkDatabases({ instance, service }: Subject): Promise<readonly AcceptanceCheck[]> {
  const id = 'databases';
  const roots = [...new Set([instance.dataDir, `${service.user.home}/.local/share/opencode`])];
  const found = await findDatabases(roots);
  if (found.isErr()) return [unchecked(id, 1, found.error.message)];
  const { paths, complete } = found.value;
  if (paths.length === 0 && complete) return [unchecked(id, 1, `there is no database in ${roots.join(' or ')}`)];
  const told: string[] = [];
  const open: string[] = [];
  for (const path of new Set(paths)) {
    const checked = await checkDatabase(path);
    if (checked.isErr()) return [unchecked(id, 1, checked.error.message)];
    const { state, detail } = checked.value;
    if (state === 'damaged' && roots.includes(dirname(path))) return [failed(id, 1, detail)];
    if (state === 'intact') told.push(detail);
    else open.push(state === 'damaged' ? `${detail} (not one of the service’s own)` : detail);
  }
  if (!complete) open.push(`${roots.join(' and ')} hold more than is looked through`);
  return [open.length === 0 ? passed(id, 1, told.join('; ')) : unchecked(id, 1, open.join('; '))];
}
