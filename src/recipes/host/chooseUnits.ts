import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { findInstances, isInUse } from '../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { remedy } from '../../posix/findings/index.js';
import { chooseInstance } from './observeInstance.js';
import { DEFAULT_SERVICE_USER, migrationOptions, readOptions } from './options.js';
import type { MigrationOptions } from './options.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';
import { refuseHost } from './refuseHost.js';

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
