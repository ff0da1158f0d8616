import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../posix/findings/index.js';
import { findInstances } from '../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { printablePath } from '../../posix/paths/index.js';
import { insideUnit } from '../../systemd/manager/index.js';
import type { MigrationOptions } from './options.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** The chosen instance, and the others of this host. */
export type ObservedInstance = { readonly instance: KimakiInstance; readonly neighbours: readonly KimakiInstance[] };

/** Finds the instance to work on. Refuses where none or several can be meant, and where this process runs inside it. */
export async function observeInstance(
  options: Pick<MigrationOptions, 'unit'>,
): Promise<Result<ObservedInstance, MigrationRefusal>> {
  const instances = await findInstances();
  if (instances.isErr()) return err(cannotObserve(instances.error));
  const chosen = chooseInstance(instances.value, options.unit);
  if (chosen.isErr()) return err(chosen.error);
  const { unit } = chosen.value;
  const inside = await insideUnit(unit);
  if (inside.isErr()) return err(cannotObserve(inside.error));
  if (inside.value) {
    const message = `this runs inside ${unit}, which the migration stops, so it would end itself half-way`;
    const way = remedy.text('run it from another session, for example over ssh, or below systemd-run --wait --pipe');
    return err(refusal('INSIDE_THE_UNIT', unit, message, way));
  }
  return ok({ instance: chosen.value, neighbours: instances.value.filter((one) => one.unit !== unit) });
}

/** The instance that is meant: the one of this unit, or without a name the only one. Pure. */
export function chooseInstance(
  instances: readonly KimakiInstance[],
  wanted: string | undefined,
): Result<KimakiInstance, MigrationRefusal> {
  const names = instances.map(({ unit }) => unit);
  const listed = names.length === 0 ? 'none is installed' : `installed: ${names.join(', ')}`;
  if (wanted !== undefined) {
    const name = wanted.includes('.') ? wanted : `${wanted}.service`;
    const found = instances.find(({ unit }) => unit === name);
    return found === undefined
      ? err(
          refusal(
            'UNIT_NOT_FOUND',
            name,
            `there is no kimaki unit ${printablePath(name)}; ${listed}`,
            remedy.option('unit'),
          ),
        )
      : ok(found);
  }
  const [only, ...others] = instances;
  if (only === undefined)
    return err(
      refusal(
        'UNIT_NOT_FOUND',
        'host',
        `there is no kimaki.service and no kimaki-*.service on this host; ${listed}`,
        remedy.when('its unit has another name', remedy.option('unit')),
      ),
    );
  return others.length === 0
    ? ok(only)
    : err(
        refusal(
          'SEVERAL_INSTANCES',
          'host',
          `there are several kimaki units: ${names.join(', ')}`,
          remedy.option('unit'),
        ),
      );
}
