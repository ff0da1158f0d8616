import { SHARED_UMASK } from '../../kimaki/identity/index.js';
import { octalMode } from '../../posix/paths/index.js';
import { showUnit } from '../../systemd/manager/index.js';
import { fpmWorkers } from '../../wordpress/fpm/index.js';
import { failed, passed, unchecked } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 8: the umask is 0002 in the units and in php-fpm's workers as they run. */
export async function checkUmasks(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [await checkUnits(subject), await checkWorkers(subject)];
}

async function checkUnits({ instance }: Subject): Promise<AcceptanceCheck> {
  const id = 'umask-units';
  const units = [instance.unit, ...instance.companions.filter((unit) => unit.endsWith('.service'))];
  for (const unit of units) {
    const state = await showUnit(unit);
    if (state.isErr()) return failed(id, 8, state.error.message);
    if (state.value.umask !== SHARED_UMASK) {
      return failed(id, 8, `${unit} has UMask=${octalMode(state.value.umask)}; ${octalMode(SHARED_UMASK)} is wanted`);
    }
  }
  return passed(id, 8, `UMask=${octalMode(SHARED_UMASK)} for ${units.join(', ')}`);
}

async function checkWorkers({ site, accepted }: Subject): Promise<AcceptanceCheck> {
  const id = 'umask-php-fpm';
  if (site.fpm === null) return unchecked(id, 8, 'no php-fpm pool was found that serves this site');
  const workers = await fpmWorkers(site.fpm.unit);
  if (workers.isErr()) return failed(id, 8, workers.error.message);
  if (workers.value.length === 0)
    return unchecked(id, 8, `${site.fpm.unit} has no worker to look at; open a page and verify again`);
  const other = workers.value.find(({ umask }) => umask !== SHARED_UMASK);
  if (other === undefined)
    return passed(
      id,
      8,
      `${workers.value.length} workers of ${site.fpm.unit} run with umask ${octalMode(SHARED_UMASK)}`,
    );
  const told = `worker ${other.pid} of ${site.fpm.unit} has umask ${octalMode(other.umask)}`;
  return accepted.noFpmUmask === true
    ? unchecked(
        id,
        8,
        `${told}, left alone as asked for: what PHP writes without WordPress's own modes is closed to the agent`,
      )
    : failed(id, 8, `${told}; a restart is needed, a reload keeps the old one`);
}
