import { migrationRemedy } from '../../kimaki/identity/index.js';
import { rootNeighbours } from '../host/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 9: another instance that works as root on the same site, or in the same home, makes root-owned files again. */
export async function checkOtherInstances({ instance, neighbours }: Subject): Promise<readonly AcceptanceCheck[]> {
  return rootNeighbours(instance, neighbours).map(({ unit, shares }) =>
    verdictsOf('other-instance', 9, unit).unchecked(
      `${unit} is not migrated: it runs as root and shares ${shares} with ${instance.unit}, so what it writes there is root's`,
      migrationRemedy({ unit, user: 'root' }),
    ),
  );
}
