import { setTimeout as sleep } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { shellWord } from '../../../posix/paths/index.js';
import { holdUnits, releaseUnits } from '../../../systemd/mask/index.js';
import { showUnit, startUnit, stopUnit } from '../../../systemd/manager/index.js';
import type { UnitState } from '../../../systemd/manager/index.js';
import { activeDependents } from './activeDependents.js';
import type { Check, StepContext, StepFailure, StepKind } from '../../engine/index.js';

/** The units to stop and keep stopped; what activates the others comes first. */
export type HoldUnitsArgs = { readonly units: readonly string[] };

type HoldUnitsBefore = {
  readonly active: readonly string[];
  /** Other units that ran and are stopped along with these, since they need them. */
  readonly dependents?: readonly string[];
};

/**
 * Stops units and makes sure that nothing can start them again until they are released.
 *
 * A job under way (`Type=oneshot`) is given a minute to end. The hold is proven by trying to start each one. It lasts until a release or a reboot. Undo releases and
 * starts again what was active before, with what was stopped along with it, and nothing else; a job that ran through has
 * had its turn.
 */
export const holdUnitsStep: StepKind<'systemd.holdUnits', HoldUnitsArgs, HoldUnitsBefore, StepFailure> = {
  kind: 'systemd.holdUnits',
  volatile: true,
  describe: (args) => ({
    title: `stop ${args.units.join(', ')} and hold them off`,
    why: 'state must not be moved under a running service, and no timer may start it half moved',
  }),
  check: (args) => new ResultAsync(checkHeld(args)),
  apply: (args, _before, ctx) => new ResultAsync(stopAndHold(args.units, ctx)),
  verify: (args) => new ResultAsync(verifyHeld(args)),
  byHand: ({ units }, { active, dependents = [] }) => [
    `rm -f -- ${units.map((unit) => shellWord(`/run/systemd/system.control/${unit}`)).join(' ')}`,
    'systemctl daemon-reload',
    ...(active.length === 0
      ? []
      : [`systemctl start ${[...active.toReversed(), ...dependents].map(shellWord).join(' ')}`]),
  ],
  undo: (args, before, ctx) =>
    new ResultAsync(releaseAndStart(args.units, before.active, before.dependents ?? [], ctx, 'try-all')),
};

/** Stops the units in this order, holds them, and stops again what slipped in between. */
export async function stopAndHold(units: readonly string[], ctx: StepContext): Promise<Result<void, StepFailure>> {
  for (const unit of units) {
    // What would start it again comes before it, so it runs for the last time.
    const ended = await awaitEnd(unit, ctx);
    if (ended.isErr()) return err(ended.error);
    const stopped = await stopUnit(unit);
    if (stopped.isErr()) return err(stopped.error);
  }
  const held = await holdUnits(units);
  if (held.isErr()) return err(held.error);
  ctx.progress('stopped and held');
  for (const unit of units) {
    const state = await showUnit(unit);
    if (state.isErr()) return err(state.error);
    if (!isRunning(state.value.activeState)) continue;
    const stopped = await stopUnit(unit);
    if (stopped.isErr()) return err(stopped.error);
  }
  return ok(undefined);
}

/** How long a job under way may take to end by itself, before it is stopped like everything else. */
const JOB_MS = 60_000;

/** A job that runs through and ends (`Type=oneshot`) would be cut off in the middle of its work by a stop. */
async function awaitEnd(unit: string, ctx: StepContext): Promise<Result<void, StepFailure>> {
  const deadline = performance.now() + JOB_MS;
  for (let told = false; ; told = true) {
    const state = await showUnit(unit);
    if (state.isErr()) return err(state.error);
    const underWay = state.value.type === 'oneshot' && state.value.activeState === 'activating';
    if (!underWay || ctx.signal.aborted) return ok(undefined);
    if (performance.now() > deadline) {
      ctx.progress(`${unit} is still at work after ${JOB_MS / 1000} s and is stopped`);
      return ok(undefined);
    }
    if (!told) ctx.progress(`waiting for ${unit} to end`);
    await sleep(100);
  }
}

/**
 * Lets the units go and starts those named, timers last, so that nothing fires before its service is back; then what needs
 * them, which is no failure where it is gone meanwhile.
 */
export async function releaseAndStart(
  units: readonly string[],
  start: readonly string[],
  dependents: readonly string[],
  ctx: StepContext,
  failing: 'stop-at-first' | 'try-all' = 'stop-at-first',
): Promise<Result<void, StepFailure>> {
  const released = await releaseUnits(units);
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

async function checkHeld(args: HoldUnitsArgs): Promise<Result<Check<HoldUnitsBefore>, StepFailure>> {
  const active: string[] = [];
  let held = true;
  for (const unit of args.units) {
    const state = await showUnit(unit);
    if (state.isErr()) return err(state.error);
    const running = isRunning(state.value.activeState);
    if (running && !hasHadItsTurn(state.value)) active.push(unit);
    if (running || state.value.loadState !== 'masked') held = false;
  }
  if (held) return ok({ state: 'satisfied' });
  const dependents = await activeDependents(args.units);
  return dependents.map((others) => ({
    state: 'needed',
    before: { active, ...(others.length === 0 ? {} : { dependents: others }) },
  }));
}

async function verifyHeld(args: HoldUnitsArgs): Promise<Result<void, StepFailure>> {
  const checked = await checkHeld(args);
  if (checked.isErr()) return err(checked.error);
  if (checked.value.state === 'satisfied') return ok(undefined);
  const message = `${args.units.join(', ')} should be stopped and held off, and are not; see systemctl status for what runs`;
  return err({ code: 'NOT_HELD', message });
}

/** A job (`Type=oneshot`) is only ever on its way, unless it is to count as active afterwards; it is let finish. */
function hasHadItsTurn({ type, remainAfterExit }: Pick<UnitState, 'type' | 'remainAfterExit'>): boolean {
  return type === 'oneshot' && !remainAfterExit;
}

/** A unit on its way up or down counts as running. */
function isRunning(activeState: string): boolean {
  return activeState !== 'inactive' && activeState !== 'failed';
}
