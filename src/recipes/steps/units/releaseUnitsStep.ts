import { ResultAsync, err, ok, okAsync } from 'neverthrow';
import type { Result } from 'neverthrow';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findHolders } from '../../../posix/processes/index.js';
import { lookupIdentity } from '../../../posix/accounts/index.js';
import { shellWord } from '../../../posix/paths/index.js';
import { awaitHealthy } from '../../../systemd/watch/index.js';
import { showUnit } from '../../../systemd/manager/index.js';
import type { Check, StepContext, StepFailure, StepKind } from '../../engine/index.js';
import { awaitQuiet, stillThere } from './awaitQuiet.js';
import type { QuietArgs, Remaining } from './awaitQuiet.js';
import { releaseAndStart, stopAndHold } from './holdUnitsStep.js';

/** What is let go, what is started, and what the service must then look like. */
export type ReleaseUnitsArgs = {
  /** In the order in which they were held. */
  readonly units: readonly string[];
  /** Those that were active before; the others stay as they were found. */
  readonly start: readonly string[];
  /** The service whose health decides, or null when it was not running before. */
  readonly health: HealthArgs | null;
  /** What was stopped along with them, since it needs one of them, and ran: started after them. */
  readonly dependents?: readonly string[];
  /** Undo: what must be quiet once all is stopped, before anything else goes back. */
  readonly quiet?: QuietArgs;
};

/** What the service must look like for the whole hold. */
export type HealthArgs = {
  readonly unit: string;
  /** The account; its uid, primary group and every other group count. */
  readonly user: string;
  readonly umask: number;
  readonly holdSeconds: number;
  /** TCP ports on 127.0.0.1 that it must listen on again. */
  readonly ports: readonly number[];
  /** The directory in which it must have something open again, or null. */
  readonly stateDir: string | null;
};

/** Longest wait for the unit to come up, on top of the hold. */
const START_SECONDS = 90;

/**
 * Releases held units, starts what ran before, and holds the service to account: the same process for the
 * whole hold, the right uid, gid, groups and umask, its ports and its state open again.
 *
 * `systemctl start` of a `Type=simple` unit says nothing about health, so the step ends only after the hold.
 * Undo goes back into the stop window: everything stopped, held and quiet. It is refused beforehand while a process that is
 * not stopped with the units uses what has to go back, and fails, naming them, where processes outlive the stop.
 */
export const releaseUnitsStep: StepKind<'systemd.releaseUnits', ReleaseUnitsArgs, null, StepFailure> = {
  kind: 'systemd.releaseUnits',
  volatile: true,
  describe: (args) => ({
    title:
      args.start.length === 0 ? `let ${args.units.join(', ')} go, stopped as found` : `start ${args.start.join(', ')}`,
    why:
      args.health === null
        ? 'what was not running is left as it was found'
        : `the same process must hold for ${args.health.holdSeconds} s, with the right user, groups and umask`,
  }),
  check: (args) => new ResultAsync(checkReleased(args)),
  apply: (args, _before, ctx) => new ResultAsync(releaseAndStart(args.units, args.start, args.dependents ?? [], ctx)),
  verify: (args, ctx) => (args.health === null ? okAsync(undefined) : new ResultAsync(holdToAccount(args.health, ctx))),
  byHand: ({ units }) => [`systemctl stop ${units.map(shellWord).join(' ')}`],
  undoable: (args) => new ResultAsync(refuseStrangers(args)),
  undo: (args, _before, ctx) => new ResultAsync(stopAndQuiet(args, ctx)),
};

/** How often, and how many milliseconds apart, a stranger must be seen: who only looks is gone again in a moment. */
const LOOKS = 4;
const LOOK_MS = 500;

/** What belongs to none of the units is not stopped with them: better found while the service still runs. */
async function refuseStrangers({ quiet }: ReleaseUnitsArgs): Promise<Result<void, StepFailure>> {
  if (quiet === undefined) return ok(undefined);
  let strangers: readonly Remaining[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0) await sleep(LOOK_MS);
    const now = await stillThere(quiet);
    if (now.isErr()) return err(now.error);
    const found = now.value.filter(({ unit }) => unit === null);
    strangers = look === 0 ? found : strangers.filter(({ what }) => found.some((other) => other.what === what));
    if (strangers.length === 0) return ok(undefined);
  }
  const list = strangers
    .slice(0, 5)
    .map(({ what }) => what)
    .join('; ');
  const message = `${list}; that is in none of ${quiet.units.join(', ')} and would go on using what moves back: end it and roll back again`;
  return err({ code: 'STATE_IN_USE', message });
}

async function stopAndQuiet({ units, quiet }: ReleaseUnitsArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const stopped = await stopAndHold(units, ctx);
  if (stopped.isErr() || quiet === undefined) return stopped;
  return awaitQuiet(quiet, ctx.signal, 'roll back again');
}

async function checkReleased(args: ReleaseUnitsArgs): Promise<Result<Check<null>, StepFailure>> {
  for (const unit of args.units) {
    const state = await showUnit(unit);
    if (state.isErr()) return err(state.error);
    const { loadState, activeState } = state.value;
    if (loadState === 'masked') return ok({ state: 'needed', before: null });
    if (args.start.includes(unit) && activeState !== 'active') return ok({ state: 'needed', before: null });
  }
  for (const unit of args.dependents ?? []) {
    const state = await showUnit(unit);
    if (state.isErr()) return err(state.error);
    if (state.value.activeState !== 'active') return ok({ state: 'needed', before: null });
  }
  return ok({ state: 'satisfied' });
}

async function holdToAccount(health: HealthArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const { unit, umask, holdSeconds } = health;
  const identity = await lookupIdentity(health.user);
  if (identity.isErr()) return err(identity.error);
  const { user, group, groups } = identity.value;
  const healthy = await awaitHealthy(unit, {
    uid: user.uid,
    gid: group.gid,
    groups: groups.map(({ gid }) => gid).filter((gid) => gid !== group.gid),
    umask,
    holdSeconds,
    deadlineMs: (holdSeconds + START_SECONDS) * 1000,
    onProgress: (message: string) => {
      ctx.progress(message);
    },
  });
  if (healthy.isErr()) return err(healthy.error);
  for (const port of health.ports) {
    if (!(await answers(port))) {
      const message = `${unit} listened on port ${port} before and does not now; see journalctl -u ${unit}`;
      return err({ code: 'PORT_NOT_OPEN', message });
    }
  }
  if (health.stateDir === null) return ok(undefined);
  const holders = await findHolders([health.stateDir], { onHidden: () => undefined });
  if (holders.isErr()) return err(holders.error);
  if (holders.value.some((holder) => holder.uid === user.uid)) return ok(undefined);
  const message = `${unit} had its state open before and has nothing open below ${health.stateDir} now; it may be using another directory`;
  return err({ code: 'STATE_NOT_OPEN', message });
}

async function answers(port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (await connects(port)) return true;
    await sleep(250);
  }
  return false;
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2000 });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
    socket.once('timeout', () => {
      settle(false);
    });
  });
}
