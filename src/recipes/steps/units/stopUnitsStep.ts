import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { shellWord } from '../../../posix/paths/index.js';
import { maskUnits, unmaskUnits } from '../../../systemd/mask/index.js';
import { showUnit, startUnit, stopUnit, withOneReading } from '../../../systemd/manager/index.js';
import type { UnitState } from '../../../systemd/manager/index.js';
import { activeDependents } from './activeDependents.js';
import { defineStep, listOf, record } from '../../engine/index.js';
import type { Check, StepContext, StepFailure } from '../../engine/index.js';

const args = record({
  /** Stopped in this order; what activates the others comes first. */
  units: listOf(v.string()),
});

/** The units to stop and keep stopped. */
export type StopUnitsArgs = Readonly<v.InferOutput<typeof args>>;

const before = record({
  active: listOf(v.string()),
  /** Other units that were active and are stopped along with these, since they depend on them. */
  dependents: v.exactOptional(listOf(v.string())),
});

type StopUnitsBefore = v.InferOutput<typeof before>;

/**
 * Stops and masks units, so that nothing can start them until they are unmasked.
 *
 * A running job (`Type=oneshot`) is given a minute to end. The mask is proven by trying to start each unit. It lasts until
 * it is removed or until a reboot. Undo unmasks and starts what was active before, with the units that were stopped along
 * with it, and nothing else; a job that has ended is not started again.
 */
export const stopUnitsStep = defineStep({
  kind: 'systemd.stopUnits',
  args,
  before,
  volatile: true,
  describe: (args) => ({
    title: `Stop and mask ${args.units.join(', ')} (the agent is down from here)`,
    why: 'state must not be moved under a running service, and no timer may start it half moved',
    undo: `Unmask ${args.units.join(', ')} and start what ran before`,
  }),
  check: (args) => new ResultAsync(withOneReading(() => checkStopped(args))),
  apply: (args, _before, ctx) => new ResultAsync(stopAndMask(args.units, ctx)),
  verify: (args) => new ResultAsync(verifyStopped(args)),
  byHand: ({ units }, { active, dependents = [] }) => [
    `rm -f -- ${units.map((unit) => shellWord(`/run/systemd/system.control/${unit}`)).join(' ')}`,
    'systemctl daemon-reload',
    ...(active.length === 0
      ? []
      : [`systemctl start ${[...active.toReversed(), ...dependents].map(shellWord).join(' ')}`]),
  ],
  undo: (args, before, ctx) =>
    new ResultAsync(unmaskAndStart(args.units, before.active, before.dependents ?? [], ctx, 'try-all')),
});

/** Stops the units in this order, masks them, and stops again what was started in between. */
export async function stopAndMask(units: readonly string[], ctx: StepContext): Promise<Result<void, StepFailure>> {
  for (const unit of units) {
    // What would start it again comes before it, so this is its last run.
    const ended = await awaitEnd(unit, ctx);
    if (ended.isErr()) return err(ended.error);
    const stopped = await stopUnit(unit);
    if (stopped.isErr()) return err(stopped.error);
  }
  const held = await maskUnits(units);
  if (held.isErr()) return err(held.error);
  ctx.progress('stopped and masked');
  for (const unit of units) {
    const state = await showUnit(unit);
    if (state.isErr()) return err(state.error);
    if (!isRunning(state.value.activeState)) continue;
    const stopped = await stopUnit(unit);
    if (stopped.isErr()) return err(stopped.error);
  }
  return ok(undefined);
}

/** How long a running job may take to end by itself, before it is stopped like everything else. */
const JOB_MS = 60_000;

/** A stop would cut off a job (`Type=oneshot`) in the middle of its work. */
async function awaitEnd(unit: string, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const deadline = performance.now() + JOB_MS;
  for (let told = false; ; told = true) {
    const state = await showUnit(unit);
    if (state.isErr()) return err(state.error);
    const underWay = state.value.type === 'oneshot' && state.value.activeState === 'activating';
    if (!underWay || ctx.signal.aborted) return ok(undefined);
    if (performance.now() > deadline) {
      ctx.progress(`${unit} is still running after ${JOB_MS / 1000} s and is stopped`);
      return ok(undefined);
    }
    if (!told) ctx.progress(`waiting for ${unit} to end`);
    await sleep(100);
  }
}

/**
 * Unmasks the units and starts those named, timers last, so that none fires before its service is back; then the units
 * that depend on them. A dependent that no longer exists is no failure.
 */
export async function unmaskAndStart(
  units: readonly string[],
  start: readonly string[],
  dependents: readonly string[],
  ctx: StepContext,
  failing: 'stop-at-first' | 'try-all' = 'stop-at-first',
): Promise<Result<void, StepFailure>> {
  const released = await unmaskUnits(units);
  if (released.isErr()) return err(released.error);
  const failures: StepFailure[] = [];
  for (const unit of [...[...units].reverse().filter((one) => start.includes(one)), ...dependents]) {
    const started = await startUnit(unit);
    if (started.isOk()) ctx.progress(`${unit} started`);
    else if (!dependents.includes(unit) || started.error.code !== 'UNIT_NOT_FOUND') failures.push(started.error);
    if (failures.length > 0 && failing === 'stop-at-first') break;
  }
  const [first] = failures;
  return first === undefined
    ? ok(undefined)
    : err({ ...first, message: failures.map(({ message }) => message).join('; ') });
}

async function checkStopped(args: StopUnitsArgs): Promise<Result<Check<StopUnitsBefore>, StepFailure>> {
  const active: string[] = [];
  let isStopped = true;
  for (const unit of args.units) {
    const state = await showUnit(unit);
    if (state.isErr()) return err(state.error);
    const running = isRunning(state.value.activeState);
    if (running && !isJob(state.value)) active.push(unit);
    if (running || state.value.loadState !== 'masked') isStopped = false;
  }
  if (isStopped) return ok({ state: 'satisfied' });
  const dependents = await activeDependents(args.units);
  return dependents.map((others) => ({
    state: 'needed',
    before: { active, ...(others.length === 0 ? {} : { dependents: others }) },
  }));
}

async function verifyStopped(args: StopUnitsArgs): Promise<Result<void, StepFailure>> {
  const checked = await checkStopped(args);
  if (checked.isErr()) return err(checked.error);
  if (checked.value.state === 'satisfied') return ok(undefined);
  const message = `not all of ${args.units.join(', ')} are stopped and masked; see systemctl status for what runs`;
  return err({ code: 'NOT_STOPPED', message });
}

/** A job (`Type=oneshot`) runs and ends, unless it counts as active afterwards; it is not started again. */
function isJob({ type, remainAfterExit }: Pick<UnitState, 'type' | 'remainAfterExit'>): boolean {
  return type === 'oneshot' && !remainAfterExit;
}

/** A unit that is starting or stopping counts as running. */
function isRunning(activeState: string): boolean {
  return activeState !== 'inactive' && activeState !== 'failed';
}
