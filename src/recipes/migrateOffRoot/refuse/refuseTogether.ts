import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed } from '../../../kimaki/bridges/index.js';
import { remedy } from '../../../posix/findings/index.js';
import { isAtOrBelow, printablePath } from '../../../posix/paths/index.js';
import { refusal } from '../../host/index.js';
import type { MigrationFacts, MigrationRefusal } from '../../host/index.js';

/** Refuses instances that can each be moved, and would be in each other's way once all are. Pure. */
export function refuseTogether(all: readonly MigrationFacts[]): Result<void, MigrationRefusal> {
  for (const [index, one] of all.entries()) {
    for (const other of all.slice(index + 1)) {
      const refused = onePort(one, other) ?? oneChannel(one, other);
      if (refused !== null) return err(refused);
    }
  }
  const apart = all.length > 1 ? tornApart(all[0]?.state.moves ?? []) : null;
  return apart === null ? ok(undefined) : err(apart);
}

function onePort({ unit: one }: MigrationFacts, { unit: other }: MigrationFacts): MigrationRefusal | null {
  if (one.lockPort === null || one.lockPort !== other.lockPort) return null;
  const variable = bridgeNamed(other.bridge).variables.lockPort ?? 'its port';
  const message = `${one.name} and ${other.name} would both use port ${one.lockPort} afterwards: whichever starts ends the other`;
  const way = remedy.inOrder(
    remedy.text(`set ${variable} in ${other.name} to a port of its own`),
    remedy.text('plan again'),
  );
  return refusal('STATE_SHARED', other.name, message, way);
}

function oneChannel(one: MigrationFacts, other: MigrationFacts): MigrationRefusal | null {
  const { file, label, command } = one.dispatch;
  if (file === null || file.path !== other.dispatch.file?.path || label !== other.dispatch.label) return null;
  if (command === other.dispatch.command) return null;
  const message = `${printablePath(file.path)} registers one channel, ${label}, and both ${one.unit.name} and ${other.unit.name} would be reached through it`;
  const way = remedy.anyOf(
    remedy.text('register a channel for each of them, and plan again'),
    remedy.text('move the one that it belongs to first, and the other one afterwards'),
  );
  return refusal('DISPATCH_IMPOSSIBLE', other.unit.name, message, way);
}

/** What one instance moves as a whole, and another one in part or to another place. */
function tornApart(moves: MigrationFacts['state']['moves']): MigrationRefusal | null {
  for (const one of moves) {
    const other = moves.find((each) => each !== one && isAtOrBelow(each.from, one.from));
    if (other === undefined) continue;
    const message = `${printablePath(one.from)} would move to ${printablePath(one.to)}, and ${printablePath(other.from)} of it to ${printablePath(other.to)}`;
    const way = remedy.text('give each instance a data directory that holds nothing of another one, and plan again');
    return refusal('MOVES_MEET', other.from, message, way);
  }
  return null;
}
