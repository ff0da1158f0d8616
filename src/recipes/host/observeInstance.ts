import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../posix/findings/index.js';
import { bridgeNamed } from '../../kimaki/bridges/index.js';
import { findInstances, isInUse } from '../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { printablePath } from '../../posix/paths/index.js';
import { insideUnit } from '../../systemd/manager/index.js';
import { DEFAULT_SERVICE_USER, migrationOptions, readOptions } from './options.js';
import type { MigrationOptions } from './options.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';
import { refuseHost } from './refuseHost.js';

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

/** The options with the units that they come to, and of each instance the options of a migration of it alone. */
export type ChosenUnits = { readonly options: MigrationOptions; readonly each: readonly MigrationOptions[] };

/** Reads the options of a migration, and finds the instances that they mean where that can be several. */
export async function chooseUnits(given: MigrationOptions): Promise<Result<ChosenUnits, MigrationRefusal>> {
  const read = readOptions(migrationOptions, given);
  if (read.isErr()) return err(read.error);
  const { units, all } = read.value;
  if (units === undefined && all !== true) return ok({ options: read.value, each: [read.value] });
  const host = await refuseHost();
  if (host.isErr()) return err(host.error);
  const instances = await findInstances();
  return instances.isErr() ? err(cannotObserve(instances.error)) : unitsOf(instances.value, read.value);
}

/** What is looked at of an instance. */
type Candidate = Parameters<typeof chooseInstance>[0][number] & Pick<KimakiInstance, 'user' | 'users'>;

/** Options that say something of one instance, and would be wrong for another one. */
const OF_ONE = ['site', 'migrateExtra', 'whenIdle'] as const;

/** Decides which instances `units` or `all` means; one of them is moved as by `unit`. Pure. */
export function unitsOf(
  instances: readonly Candidate[],
  { unit, units, all, ...others }: MigrationOptions,
): Result<ChosenUnits, MigrationRefusal> {
  if ([unit, units, all === true ? all : undefined].filter((one) => one !== undefined).length > 1)
    return err(invalid('units', 'unit, units and all exclude each other', 'give one of them'));
  const names = units === undefined ? rootsUnits(instances, others.user) : namedUnits(instances, units);
  if (names.isErr()) return err(names.error);
  const [only, ...more] = names.value;
  if (only === undefined) return err(invalid('units', 'units names no unit', 'name the units'));
  if (more.length === 0) {
    const options = { ...others, unit: only };
    return ok({ options, each: [options] });
  }
  const ofOne = OF_ONE.find((name) => others[name] !== undefined);
  if (ofOne !== undefined) {
    const message = `${ofOne} is said of one instance, and ${names.value.join(', ')} are moved together`;
    return err(invalid(ofOne, message, `leave out ${ofOne}, or move one instance at a time`));
  }
  return ok({
    options: { ...others, units: names.value },
    each: names.value.map((name) => ({ ...others, unit: name })),
  });
}

/** In the order of the instances, so that the plan does not depend on the order in which they are named. */
function namedUnits(
  instances: readonly Candidate[],
  wanted: readonly string[],
): Result<readonly string[], MigrationRefusal> {
  const named = new Set<string>();
  for (const name of wanted) {
    const found = chooseInstance(instances, name);
    if (found.isErr()) return err(found.error);
    named.add(found.value.unit);
  }
  return ok(instances.map(({ unit }) => unit).filter((unit) => named.has(unit)));
}

/** Those that run as root; once they are moved, those that run as the account, so that they can be verified by the same option. */
function rootsUnits(
  instances: readonly Candidate[],
  account: string = DEFAULT_SERVICE_USER,
): Result<readonly string[], MigrationRefusal> {
  const used = instances.filter(isInUse);
  const roots = used.filter(({ user, users }) => ['root', '0'].includes(user) || users.running?.uid === 0);
  const chosen = roots.length > 0 ? roots : used.filter(({ user }) => user === account);
  if (chosen.length > 0) return ok(chosen.map(({ unit }) => unit));
  const listed = instances.map(({ unit, user }) => `${unit} (${user})`).join(', ');
  const message = `no unit of a bridge is in use and runs as root or as ${account}; installed: ${listed === '' ? 'none' : listed}`;
  return err(refusal('UNIT_NOT_FOUND', 'host', message, remedy.option('unit')));
}

function invalid(subject: string, message: string, way: string): MigrationRefusal {
  return refusal('INVALID_OPTIONS', subject, message, remedy.text(way));
}
