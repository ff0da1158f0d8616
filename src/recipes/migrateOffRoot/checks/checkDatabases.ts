import { checkDatabase, findDatabases } from '../../../kimaki/index.js';
import { failed, passed, unchecked } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 1: every database of the state is whole, with its log; looked at on a copy, as its owner. */
export async function checkDatabases({ instance }: Subject): Promise<readonly AcceptanceCheck[]> {
  const id = 'databases';
  const found = await findDatabases([instance.dataDir]);
  if (found.isErr()) return [failed(id, 1, found.error.message)];
  if (found.value.length === 0) return [unchecked(id, 1, `there is no database in ${instance.dataDir}`)];
  const told: string[] = [];
  const open: string[] = [];
  for (const path of found.value) {
    const checked = await checkDatabase(path);
    if (checked.isErr()) return [failed(id, 1, checked.error.message)];
    const { state, detail } = checked.value;
    if (state === 'damaged') return [failed(id, 1, detail)];
    (state === 'intact' ? told : open).push(detail);
  }
  return [open.length === 0 ? passed(id, 1, told.join('; ')) : unchecked(id, 1, open.join('; '))];
}
