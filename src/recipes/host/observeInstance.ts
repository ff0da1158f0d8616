import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../posix/findings/index.js';
import { bridgeNamed } from '../../kimaki/bridges/index.js';
import { findInstances, isInUse } from '../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { printablePath } from '../../posix/paths/index.js';
import { insideUnit } from '../../systemd/manager/index.js';
import type { MigrationOptions } from './options.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** The chosen instance, and the others of this host. */
export type ObservedInstance = { readonly instance: KimakiInstance; readonly neighbours: readonly KimakiInstance[] };

/**
 * Finds the instance to work on. Refuses where none or several can be meant, where its bridge is not known well enough, and
 * where this process runs inside it.
 */
export async function observeInstance(
  options: Pick<MigrationOptions, 'unit'>,
): Promise<Result<ObservedInstance, MigrationRefusal>> {
  const instances = await findInstances();
  if (instances.isErr()) return err(cannotObserve(instances.error));
  const chosen = chooseInstance(instances.value, options.unit);
  if (chosen.isErr()) return err(chosen.error);
  const known = refusePartlyKnown(chosen.value);
  if (known.isErr()) return err(known.error);
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

/** Refuses an install of which not all is known that would have to change: it is never moved by half. Pure. */
export function refusePartlyKnown({
  unit,
  bridge,
}: Pick<KimakiInstance, 'unit' | 'bridge'>): Result<void, MigrationRefusal> {
  const { title, unknown } = bridgeNamed(bridge);
  if (unknown === null) return ok(undefined);
  const message = `${unit} is an install of ${title}, and it is not known ${unknown}: it is not changed, rather than changed by half`;
  const way = remedy.text('change its User=, its HOME and the owner of its files by hand');
  return err(refusal('UNIT_UNUSABLE', unit, message, way));
}

/**
 * The instance that is meant: the one of this unit, or without a name the only one that is in use; where none is in use, the
 * only one. Pure.
 */
export function chooseInstance<T extends Pick<KimakiInstance, 'unit' | 'state'>>(
  instances: readonly T[],
  wanted: string | undefined,
): Result<T, MigrationRefusal> {
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
            `there is no unit ${printablePath(name)} of a bridge; ${listed}`,
            remedy.option('unit'),
          ),
        )
      : ok(found);
  }
  const used = instances.filter(isInUse);
  const [only, ...others] = used.length === 0 ? instances : used;
  if (only === undefined)
    return err(
      refusal(
        'UNIT_NOT_FOUND',
        'host',
        `there is no roadie.service, roadie-*.service, kimaki.service or kimaki-*.service on this host; ${listed}`,
        remedy.when('its unit has another name', remedy.option('unit')),
      ),
    );
  return others.length === 0
    ? ok(only)
    : err(
        refusal(
          'SEVERAL_INSTANCES',
          'host',
          `there are several units of bridges: ${[only, ...others].map(({ unit }) => unit).join(', ')}`,
          remedy.option('unit'),
        ),
      );
}

/** Another instance that stays root's, and what it shares with the chosen one, as a part of a sentence. */
export type RootNeighbour = { readonly unit: string; readonly shares: string };

/** What is looked at of an instance. */
type Neighbour = Pick<KimakiInstance, 'unit' | 'user' | 'site' | 'home' | 'state'>;

/** The other instances in use that run as root and share the site or the home with this one. Pure. */
export function rootNeighbours(
  { site, home }: Pick<Neighbour, 'site' | 'home'>,
  neighbours: readonly Neighbour[],
): readonly RootNeighbour[] {
  return neighbours
    .filter((one) => isInUse(one) && one.user === 'root')
    .flatMap((one) => {
      const shares = [
        ...(site !== null && one.site === site ? [`the site ${printablePath(site)}`] : []),
        ...(one.home === home ? [`the home ${printablePath(home)}`] : []),
      ];
      return shares.length === 0 ? [] : [{ unit: one.unit, shares: shares.join(' and ') }];
    });
}
