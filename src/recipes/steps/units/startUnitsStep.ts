import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { lookupIdentity } from '../../../posix/accounts/index.js';
import { shellWord } from '../../../posix/paths/index.js';
import { awaitHealthy } from '../../../systemd/watch/index.js';
import { showUnit } from '../../../systemd/manager/index.js';
import { absolutePath, defineStep, listOf, record } from '../../engine/index.js';
import type { Check, StepContext, StepFailure } from '../../engine/index.js';
import { awaitNoProcesses, noProcessesArgs, strangers } from './awaitNoProcesses.js';
import { stopAndMask, unmaskAndStart } from './stopUnitsStep.js';

/** What the service must look like for the whole watch. */
const health = record({
  unit: v.string(),
  /** The account; its uid, primary group and every other group count. */
  user: v.string(),
  umask: v.number(),
  watchSeconds: v.number(),
  /** TCP ports that a process of it must listen on again. */
  ports: listOf(v.number()),
  /** The directory in which a process of it must have something open again, or null. */
  stateDir: v.nullable(absolutePath),
});

type Health = v.InferOutput<typeof health>;

const args = record({
  /** Unmasked, in the order in which they were stopped. */
  units: listOf(v.string()),
  /** Those that were active before; the others stay as they were found. */
  start: listOf(v.string()),
  /** The service that is watched, or null when it was not running before. */
  health: v.nullable(health),
  /** Further services that are watched at the same time, where several are moved together. */
  others: v.exactOptional(listOf(health)),
  /** Units that were stopped along with them, since they depend on one of them: started after them. */
  dependents: v.exactOptional(listOf(v.string())),
  /** Undo: which processes may not be left once all is stopped, before anything else is undone. */
  noProcesses: v.exactOptional(noProcessesArgs),
});

/** What is unmasked, what is started, and what the service must then look like. */
export type StartUnitsArgs = Readonly<v.InferOutput<typeof args>>;

/** Longest wait for the unit to become active, on top of the watch. */
const START_SECONDS = 90;

/**
 * Unmasks units, starts those that were active before, and watches the service: the same processes for the whole time, the
 * right uid, gid, groups and umask, its ports and its state open again by processes of its own.
 *
 * `systemctl start` of a `Type=simple` unit says nothing about health, so the step ends only after the watch. Undo
 * returns to the stop window: everything stopped and masked, no process left, and no message on its way. It is refused
 * beforehand while a process that is not stopped with the units uses what would be moved back, and fails where processes
 * outlive the stop, naming them.
 */
export const startUnitsStep = defineStep({
  kind: 'systemd.startUnits',
  args,
  before: v.null(),
  volatile: true,
  describe: (args) => ({
    title:
      args.start.length === 0
        ? `Unmask ${args.units.join(', ')} and leave them stopped, as they were found`
        : `Unmask ${args.units.join(', ')} and start ${args.start.join(', ')}`,
    why:
      args.health === null
        ? 'a unit that was not running is left as it was found'
        : `the same process ${isSeveral(args) ? 'of each ' : ''}must keep running for ${longestWatch(args)} s, with the right user, groups and umask`,
    undo: `Stop and mask ${args.units.join(', ')} (the agent is down from here)`,
  }),
  check: (args) => new ResultAsync(checkStarted(args)),
  apply: (args, _before, ctx) => new ResultAsync(unmaskAndStart(args.units, args.start, args.dependents ?? [], ctx)),
  verify: (args, ctx) =>
    ResultAsync.combine(watched(args).map((one) => new ResultAsync(watch(one, ctx)))).map(() => undefined),
  byHand: ({ units }) => [`systemctl stop ${units.map(shellWord).join(' ')}`],
  undoable: (args) => new ResultAsync(refuseStrangers(args)),
  undo: (args, _before, ctx) => new ResultAsync(stopAgain(args, ctx)),
});

function watched({ health: first, others = [] }: StartUnitsArgs): readonly Health[] {
  return first === null ? [] : [first, ...others];
}

function longestWatch(args: StartUnitsArgs): number {
  return Math.max(...watched(args).map(({ watchSeconds }) => watchSeconds));
}

function isSeveral(args: StartUnitsArgs): boolean {
  return watched(args).length > 1;
}

/** Refuses while the service still runs, rather than after it is stopped. */
async function refuseStrangers({ noProcesses }: StartUnitsArgs): Promise<Result<void, StepFailure>> {
  if (noProcesses === undefined) return ok(undefined);
  const found = await strangers(noProcesses);
  if (found.isErr()) return err(found.error);
  if (found.value.length === 0) return ok(undefined);
  const list = found.value
    .slice(0, 5)
    .map(({ what }) => what)
    .join('; ');
  const message = `${list}; a process outside of ${noProcesses.units.join(', ')} would go on using what is moved back: end it and roll back again`;
  return err({ code: 'STATE_IN_USE', message });
}

async function stopAgain({ units, noProcesses }: StartUnitsArgs, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const stopped = await stopAndMask(units, ctx);
  if (stopped.isErr() || noProcesses === undefined) return stopped;
  return awaitNoProcesses(noProcesses, ctx.signal, 'roll back again');
}

async function checkStarted(args: StartUnitsArgs): Promise<Result<Check<null>, StepFailure>> {
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

async function watch(
  { unit, user: account, umask, watchSeconds, ports, stateDir }: Health,
  ctx: StepContext,
): Promise<Result<void, StepFailure>> {
  const identity = await lookupIdentity(account);
  if (identity.isErr()) return err(identity.error);
  const { user, group, groups } = identity.value;
  const healthy = await awaitHealthy(unit, {
    uid: user.uid,
    gid: group.gid,
    groups: groups.map(({ gid }) => gid).filter((gid) => gid !== group.gid),
    umask,
    watchMs: watchSeconds * 1000,
    deadlineMs: (watchSeconds + START_SECONDS) * 1000,
    open: { ports, below: stateDir },
    onProgress: (message: string) => {
      ctx.progress(message);
    },
  });
  return healthy.map(() => undefined);
}
