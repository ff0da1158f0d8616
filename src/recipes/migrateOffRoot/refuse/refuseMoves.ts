import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../../posix/findings/index.js';
import { checkMoveSpace } from '../../../posix/moves/index.js';
import { isAtOrBelow, printablePath } from '../../../posix/paths/index.js';
import { reclaim } from '../../../posix/sweeps/index.js';
import { UNSAFE, strangers, unsafeEntries } from '../../steps/index.js';
import type { MigrationFacts, MigrationRefusal, StateMove } from '../../host/index.js';
import { cannotObserve, refusal } from '../../host/index.js';

/** The overflow uid: stands for an account that is still to be made. */
const NOBODY = 65534;

/**
 * Refuses state that could not be moved, or its owner changed, once the service is stopped.
 *
 * @param stopped - the units that are stopped before anything moves
 */
export async function refuseMoves(
  facts: MigrationFacts,
  stopped: readonly string[],
): Promise<Result<void, MigrationRefusal>> {
  const meeting = refuseMeeting(facts.state.moves);
  if (meeting.isErr()) return err(meeting.error);
  const own = refuseOwnProgram(facts);
  if (own.isErr()) return err(own.error);
  for (const move of facts.state.moves) {
    const safe = await refuseUnsafe(facts, move);
    if (safe.isErr()) return err(safe.error);
    const room = await checkMoveSpace(move.from, move.to);
    if (room.isErr())
      return err(room.error.code === 'NO_SPACE' ? noSpace(move.to, room.error.message) : cannotObserve(room.error));
  }
  return refuseInUse(facts, stopped);
}

/** Refuses moves to one place, or into each other: the second would find it taken, with the service down. Pure. */
export function refuseMeeting(moves: readonly Pick<StateMove, 'from' | 'to'>[]): Result<void, MigrationRefusal> {
  for (const [index, one] of moves.entries()) {
    const other = moves.find(({ to }, at) => at !== index && (isAtOrBelow(to, one.to) || isAtOrBelow(one.to, to)));
    if (other === undefined) continue;
    const message = `${printablePath(one.from)} would move to ${printablePath(one.to)}, and ${printablePath(other.from)} to ${printablePath(other.to)}: both come to one place`;
    const way = remedy.text('move one of them away by hand, or take it out of what is moved, and plan again');
    return err(refusal('MOVES_MEET', one.to, message, way));
  }
  return ok(undefined);
}

/** Refuses to move what this program itself runs from: root's recovery would run a program that the agent can change. Pure. */
export function refuseOwnProgram({
  recovery,
  state,
  target,
}: Pick<MigrationFacts, 'recovery' | 'state' | 'target'>): Result<void, MigrationRefusal> {
  if (recovery === null) return ok(undefined);
  for (const path of [recovery.program, recovery.node]) {
    const move = state.moves.find(({ from }) => isAtOrBelow(path, from));
    if (move === undefined) continue;
    const message = `this tool runs from ${printablePath(path)}, and ${printablePath(move.from)} moves to ${target.name}, who could then change what root runs`;
    const way = remedy.text(
      'install Node and this package for root (npm install -g, below /usr), and run it from there',
    );
    return err(refusal('RUNS_FROM_STATE', path, message, way));
  }
  return ok(undefined);
}

/** The sweep that follows the move, tried on the tree where it is now. */
async function refuseUnsafe(
  { target, options }: MigrationFacts,
  { from }: StateMove,
): Promise<Result<void, MigrationRefusal>> {
  if (options.leaveUnsafe === true) return ok(undefined);
  const swept = await reclaim(from, {
    from: 0,
    to: { uid: target.uid ?? NOBODY, gid: target.gid ?? NOBODY },
    unprotectedHardlinks: 'allow',
    dryRun: true,
  });
  if (swept.isErr()) return err(cannotObserve(swept.error));
  const unsafe = swept.value.skipped.filter(({ reason }) => UNSAFE.has(reason));
  if (unsafe.length === 0) return ok(undefined);
  const { code, message, remedy: way } = unsafeEntries(`below ${printablePath(from)} these belong to root and`, unsafe);
  return err(refusal(code, from, message, way));
}

/** A process of none of the units is not stopped with them, and would go on writing into what was moved. */
async function refuseInUse(
  { state }: MigrationFacts,
  stopped: readonly string[],
): Promise<Result<void, MigrationRefusal>> {
  if (state.moves.length === 0) return ok(undefined);
  const found = await strangers({ paths: state.moves.map(({ from }) => from), units: stopped });
  if (found.isErr()) return err(cannotObserve(found.error));
  const [first] = found.value;
  if (first === undefined) return ok(undefined);
  const others = new Set(found.value.map(({ pid }) => pid)).size - 1;
  const message = `${first.what} and belongs to none of ${stopped.join(', ')}${others > 0 ? `, and ${others} more processes` : ''}`;
  return err(refusal('STATE_IN_USE', `pid ${first.pid}`, message, remedy.text('end it, and plan again')));
}

function noSpace(path: string, message: string): MigrationRefusal {
  return refusal('NO_SPACE', path, message, remedy.text('make room there, and plan again'));
}
