import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { findHolders, listProcesses } from '../../../posix/processes/index.js';
import { checkMoveSpace } from '../../../posix/moves/index.js';
import { isAtOrBelow, printablePath } from '../../../posix/paths/index.js';
import { reclaim } from '../../../posix/sweeps/index.js';
import type { Holder } from '../../../posix/processes/index.js';
import { UNSAFE, unsafeEntries } from '../../steps/index.js';
import type { MigrationFacts, MigrationRefusal, StateMove } from '../../host/index.js';
import { cannotObserve, refusal } from '../../host/index.js';

/** The overflow uid: stands for an account that is still to be made. */
const NOBODY = 65534;

/** How often, and how many milliseconds apart, a stranger must be seen with the same thing open. */
const LOOKS = 4;
const LOOK_MS = 500;

/** Refuses state that could not be moved or given away once the service is stopped: what would be found in the window. */
export async function refuseMoves(facts: MigrationFacts): Promise<Result<void, MigrationRefusal>> {
  const own = refuseOwnProgram(facts);
  if (own.isErr()) return err(own.error);
  for (const move of facts.state.moves) {
    const safe = await refuseUnsafe(facts, move);
    if (safe.isErr()) return err(safe.error);
    const room = await checkMoveSpace(move.from, move.to);
    if (room.isErr())
      return err(room.error.code === 'NO_SPACE' ? refusal('NO_SPACE', room.error.message) : cannotObserve(room.error));
  }
  return refuseInUse(facts);
}

/** What this very program runs from: moved in the window, it would be the agent's, and root's recovery would run it. */
export function refuseOwnProgram({
  recovery,
  state,
  target,
}: Pick<MigrationFacts, 'recovery' | 'state' | 'target'>): Result<void, MigrationRefusal> {
  if (recovery === null) return ok(undefined);
  for (const path of [recovery.program, recovery.node]) {
    const move = state.moves.find(({ from }) => isAtOrBelow(path, from));
    if (move === undefined) continue;
    const message =
      `this tool runs from ${printablePath(path)}, and ${printablePath(move.from)} moves to ${target.name}, who could then change what root runs; ` +
      'install Node and this package for root (npm install -g, below /usr) and run it from there';
    return err(refusal('RUNS_FROM_STATE', message));
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
  return err(
    refusal('UNSAFE_ENTRIES', unsafeEntries(`below ${printablePath(from)} these belong to root and`, unsafe).message),
  );
}

/** What belongs to none of the units is not stopped with them, and would go on writing into what was moved. */
async function refuseInUse({ state, unit, companions }: MigrationFacts): Promise<Result<void, MigrationRefusal>> {
  if (state.moves.length === 0) return ok(undefined);
  const stopped = [unit.name, ...companions.map(({ name }) => name)];
  const paths = state.moves.map(({ from }) => from);
  let foreign = await strangers(paths, stopped);
  // Who only looks (a backup, another plan being made) is gone again in a moment.
  for (let look = 1; look < LOOKS && foreign.isOk() && foreign.value.length > 0; look += 1) {
    await sleep(LOOK_MS);
    const again = await strangers(paths, stopped);
    const before = foreign.value;
    foreign = again.map((now) =>
      now.filter(({ pid, path }) => before.some((was) => was.pid === pid && was.path === path)),
    );
  }
  if (foreign.isErr()) return err(foreign.error);
  const [first] = foreign.value;
  if (first === undefined) return ok(undefined);
  const others = new Set(foreign.value.map(({ pid }) => pid)).size - 1;
  const message = `pid ${first.pid} (${first.name}) has ${first.path} in use and belongs to none of ${stopped.join(', ')}${others > 0 ? `, nor do ${others} more` : ''}; end it and plan again`;
  return err(refusal('STATE_IN_USE', message));
}

/** Processes of none of the units that use something there. */
async function strangers(
  paths: readonly string[],
  stopped: readonly string[],
): Promise<Result<readonly Holder[], MigrationRefusal>> {
  const holders = await findHolders(paths, { onHidden: () => undefined });
  if (holders.isErr()) return err(cannotObserve(holders.error));
  const processes = await listProcesses();
  if (processes.isErr()) return err(cannotObserve(processes.error));
  const cgroups = new Map(processes.value.map(({ pid, cgroup }) => [pid, cgroup.split('/')]));
  return ok(
    holders.value.filter(({ pid }) => {
      const cgroup = cgroups.get(pid);
      return cgroup !== undefined && pid !== process.pid && !stopped.some((name) => cgroup.includes(name));
    }),
  );
}
