import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed } from '../../../kimaki/bridges/index.js';
import { remedy } from '../../../posix/findings/index.js';
import { isInUse } from '../../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../../kimaki/instance/index.js';
import { isAtOrBelow, printablePath } from '../../../posix/paths/index.js';
import type { MigrationRefusal, StateMove } from '../../host/index.js';
import { refusal } from '../../host/index.js';

/** Another instance, and the directories it uses. */
export type Neighbour = Pick<KimakiInstance, 'unit' | 'home' | 'dataDir'> & {
  /** It runs, or will at the next boot. */
  readonly isUsed: boolean;
};

/**
 * Refuses to move what another instance of this host uses.
 *
 * @param dataDirs - of the instances that move
 */
export function refuseShared(
  dataDirs: readonly string[],
  moves: readonly StateMove[],
  neighbours: readonly KimakiInstance[],
): Result<void, MigrationRefusal> {
  const others = neighbours.map((one) => ({ ...one, isUsed: isInUse(one) }));
  const shared = sharedState(
    dataDirs,
    moves.map(({ from }) => from),
    others,
  );
  if (shared === null) return ok(undefined);
  const { unit, path } = shared;
  const message = `${unit} uses ${printablePath(path)} too, which the migration would move away`;
  const way = remedy.anyOf(
    remedy.when(`${unit} is to be moved too, in the same stop window`, remedy.option('all')),
    remedy.text(`give ${unit} a home and a data directory of its own`),
    remedy.command('systemctl', 'disable', '--now', unit),
  );
  return err(refusal('STATE_SHARED', unit, message, way));
}

/**
 * Refuses a migration after which the instance would use the lock port of another one, where it does not yet: the port may
 * follow from the data directory. Pure.
 */
export function refusePort(
  instance: Pick<KimakiInstance, 'unit' | 'bridge' | 'lockPort'>,
  after: number | null,
  neighbours: readonly Pick<KimakiInstance, 'unit' | 'lockPort' | 'state'>[],
): Result<void, MigrationRefusal> {
  const other = neighbours.find((one) => isInUse(one) && one.lockPort !== null && one.lockPort === after);
  if (other === undefined || instance.lockPort === after) return ok(undefined);
  const { unit } = instance;
  const variable = bridgeNamed(instance.bridge).variables.lockPort ?? 'its port';
  const message = `${unit} would use port ${after ?? 0} afterwards, which follows from its data directory and is that of ${other.unit}: whichever starts ends the other`;
  const way = remedy.inOrder(remedy.text(`set ${variable} in ${unit} to a port of its own`), remedy.text('plan again'));
  return err(refusal('STATE_SHARED', unit, message, way));
}

/** The first of the paths that a used neighbour works in; the data directory of an instance is its own, wherever it lies. Pure. */
export function sharedState(
  dataDirs: readonly string[],
  moving: readonly string[],
  neighbours: readonly Neighbour[],
): { readonly unit: string; readonly path: string } | null {
  for (const { unit, home, dataDir: others } of neighbours.filter(({ isUsed }) => isUsed)) {
    const path = moving.find(
      (from) =>
        isAtOrBelow(others, from) || isAtOrBelow(from, others) || (!dataDirs.includes(from) && isAtOrBelow(from, home)),
    );
    if (path !== undefined) return { unit, path };
  }
  return null;
}
