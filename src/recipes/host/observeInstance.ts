import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { findInstances } from '../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { printablePath } from '../../posix/paths/index.js';
import { insideUnit } from '../../systemd/manager/index.js';
import type { MigrationOptions } from './options.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** The one instance that is meant, and the others of this host. */
export type ObservedInstance = { readonly instance: KimakiInstance; readonly neighbours: readonly KimakiInstance[] };

/** The one instance that is meant, and that may be stopped from here. */
export async function observeInstance(
  options: Pick<MigrationOptions, 'unit'>,
): Promise<Result<ObservedInstance, MigrationRefusal>> {
  const instances = await findInstances();
  if (instances.isErr()) return err(cannotObserve(instances.error));
  const names = instances.value.map(({ unit }) => unit);
  const chosen = choose(instances.value, options.unit, names);
  if (chosen.isErr()) return err(chosen.error);
  const { unit } = chosen.value;
  const inside = await insideUnit(unit);
  if (inside.isErr()) return err(cannotObserve(inside.error));
  if (inside.value) {
    const message =
      `this runs inside ${unit}, which the migration stops: it would end itself half-way. ` +
      'Run it from an ssh session of your own, or with: systemd-run --wait --pipe wca migrate-off-root …';
    return err(refusal('INSIDE_THE_UNIT', message));
  }
  return ok({ instance: chosen.value, neighbours: instances.value.filter((one) => one.unit !== unit) });
}

function choose(
  instances: readonly KimakiInstance[],
  wanted: string | undefined,
  names: readonly string[],
): Result<KimakiInstance, MigrationRefusal> {
  const listed = names.length === 0 ? 'none is installed' : `installed: ${names.join(', ')}`;
  if (wanted !== undefined) {
    const name = wanted.includes('.') ? wanted : `${wanted}.service`;
    const found = instances.find(({ unit }) => unit === name);
    return found === undefined
      ? err(refusal('UNIT_NOT_FOUND', `there is no kimaki unit ${printablePath(name)}; ${listed}`))
      : ok(found);
  }
  const [only, ...others] = instances;
  if (only === undefined)
    return err(refusal('UNIT_NOT_FOUND', `no kimaki.service and no kimaki-*.service on this host; ${listed}`));
  return others.length === 0
    ? ok(only)
    : err(refusal('SEVERAL_INSTANCES', `there are several kimaki units: ${names.join(', ')}; name one with --unit`));
}
