import { SHARED_UMASK } from '../../kimaki/identity/index.js';
import { remedy } from '../../posix/findings/index.js';
import { octalMode } from '../../posix/paths/index.js';
import { showUnit } from '../../systemd/manager/index.js';
import { fpmWorkers } from '../../wordpress/fpm/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 8: the umask is 0002 in the units and in php-fpm's workers as they run. */
export async function checkUmasks(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [await checkUnits(subject), await checkWorkers(subject)];
}

async function checkUnits({ instance }: Subject): Promise<AcceptanceCheck> {
  const units = [instance.unit, ...instance.companions.filter((unit) => unit.endsWith('.service'))];
  const umasks: UnitUmask[] = [];
  for (const unit of units) {
    const state = await showUnit(unit);
    if (state.isErr()) return verdictsOf('umask-units', 8, unit).failed(state.error.message);
    umasks.push({ unit, umask: state.value.umask });
  }
  return judgeUnitUmasks(umasks);
}

/** A unit and the umask systemd has it loaded with. */
export type UnitUmask = { readonly unit: string; readonly umask: number };

/** Decides over the umasks of the service and its companions; pure. */
export function judgeUnitUmasks(units: readonly UnitUmask[]): AcceptanceCheck {
  const wanted = octalMode(SHARED_UMASK);
  const other = units.find(({ umask }) => umask !== SHARED_UMASK);
  const { passed, failed } = verdictsOf('umask-units', 8, (other ?? units[0])?.unit ?? '');
  if (other === undefined) return passed(`UMask=${wanted} for ${units.map(({ unit }) => unit).join(', ')}`);
  const way = remedy.call('editUnit', other.unit, { 'Service.UMask': wanted });
  return failed(`${other.unit} has UMask=${octalMode(other.umask)}; ${wanted} is wanted`, way);
}

async function checkWorkers({ site, accepted }: Subject): Promise<AcceptanceCheck> {
  if (site.fpm === null) {
    return verdictsOf('umask-php-fpm', 8, site.path).unchecked('no php-fpm pool was found that serves this site');
  }
  const { unit } = site.fpm;
  const workers = await fpmWorkers(unit);
  return workers.match(
    (found) => judgeWorkerUmasks(unit, found, accepted.noFpmUmask === true),
    ({ message }) => verdictsOf('umask-php-fpm', 8, unit).failed(message),
  );
}

/** Decides over php-fpm's workers; `isLeft`: the migration was asked to leave their umask alone. Pure. */
export function judgeWorkerUmasks(
  unit: string,
  workers: readonly { readonly pid: number; readonly umask: number }[],
  isLeft: boolean,
): AcceptanceCheck {
  const { passed, failed, unchecked } = verdictsOf('umask-php-fpm', 8, unit);
  if (workers.length === 0)
    return unchecked(`${unit} has no worker`, remedy.text('open a page of the site, and verify again'));
  const other = workers.find(({ umask }) => umask !== SHARED_UMASK);
  if (other === undefined)
    return passed(`${workers.length} workers of ${unit} run with umask ${octalMode(SHARED_UMASK)}`);
  const told = `worker ${other.pid} of ${unit} has umask ${octalMode(other.umask)}`;
  return isLeft
    ? unchecked(
        `${told}, and was left so as asked for: what PHP writes without WordPress's own modes is closed to the agent`,
      )
    : failed(`${told}; a reload keeps it`, remedy.command('systemctl', 'restart', unit));
}
