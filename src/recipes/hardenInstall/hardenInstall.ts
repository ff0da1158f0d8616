import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { withHostLock } from '../../posix/files/index.js';
import {
  DEFAULT_STATE_DIR,
  TOOL_VERSION,
  applyPlanLocked,
  currentHost,
  ensureStateDir,
  findInterrupted,
  interruptedRun,
  lockFile,
  makePlan,
  resumeRunLocked,
} from '../engine/index.js';
import type {
  ApplyRefusal,
  Json,
  MakePlanError,
  OnRunEvent,
  Plan,
  ResumeRefusal,
  RunReport,
  StepFailure,
} from '../engine/index.js';
import { checkDispatch, checkUmasks, readSubject } from '../proof/index.js';
import { cannotObserve, impossible, observeInstance } from '../host/index.js';
import { stepRegistry } from '../steps/index.js';
import { hardenSteps } from './hardenSteps.js';
import { observeInstall } from './observeInstall.js';
import type { HardenRefusal } from './observeInstall.js';
import type { HardenOptions } from './options.js';

/** The name of the recipe in plans and journals. */
export const HARDEN_RECIPE = 'harden-install';

/** Why nothing was planned or begun; nothing was changed. */
export type HardenError = HardenRefusal | MakePlanError | ApplyRefusal | ResumeRefusal;

/** What {@link hardenInstall} needs besides its options. @inline */
export interface HardenRequest {
  readonly options: HardenOptions;
  /** Default `/var/lib/wca`. */
  readonly stateDir?: string;
  readonly onEvent?: OnRunEvent;
  readonly signal?: AbortSignal;
}

/**
 * Plans what an install needs so that neither an upgrade nor a re-render reverts what a migration did; writes nothing.
 *
 * Planned are: `UMask=0002` of the service and its companions, and `--no-auto-upgrade`; php-fpm's umask; the mu-plugin that
 * keeps shared modes, and 0644 or 0664 for the managed ones; the sudo hop where dispatch needs it, stale helpers replaced,
 * and the registered command; a unit with which root upgrades the program. Owners of files are not looked at: that is the
 * migration's. A host on which all is so gives a plan with `changed: false`.
 *
 * Errors: {@link HardenError}; `RUNS_AS_ROOT` for an install that has yet to be migrated.
 *
 * @example
 * ```ts
 * import { planHardenInstall } from '@wca/runtime-sdk/recipes';
 *
 * const plan = await planHardenInstall({});
 * if (plan.isErr()) console.error(plan.error.code, plan.error.message);
 * else for (const step of plan.value.steps) console.log(step.state, step.title);
 * ```
 */
export function planHardenInstall(options: HardenOptions): ResultAsync<Plan, HardenRefusal | MakePlanError> {
  return new ResultAsync(plan(options));
}

async function plan(options: HardenOptions): Promise<Result<Plan, HardenRefusal | MakePlanError>> {
  const observed = await observeInstall(options);
  if (observed.isErr()) return err(observed.error);
  const steps = hardenSteps(observed.value.facts);
  if (steps.isErr()) return err(impossible(observed.value.facts.unit.name, steps.error.message));
  const host = await currentHost();
  if (host.isErr()) return err(cannotObserve(host.error));
  return makePlan({
    recipe: HARDEN_RECIPE,
    facts: observed.value.facts,
    notices: observed.value.warnings.map((text) => ({ kind: 'warning', text, remedy: null })),
    steps: steps.value,
    registry: stepRegistry(),
    host: host.value,
    toolVersion: TOOL_VERSION,
    now: new Date(),
  });
}

/**
 * Hardens an install as {@link planHardenInstall} plans it, and proves umasks and dispatch; for installers, after every
 * run. A second run changes nothing.
 *
 * Each step checks again before it acts, and a failure undoes what this run did. The service is restarted only when
 * its unit has to change or its process has another umask; php-fpm only when its workers have. An earlier run of this
 * that was cut off is finished first. A migration that is in progress (`LOCKED`) or interrupted (`INTERRUPTED_RUN`) is an
 * error.
 * Needs root, outside of the service's own session.
 *
 * Errors: {@link HardenError}, nothing was changed. A run that began and failed is a report with `failed`.
 *
 * @example
 * ```ts
 * import { hardenInstall } from '@wca/runtime-sdk/recipes';
 *
 * const done = await hardenInstall({ options: {} });
 * if (done.isErr()) console.error(done.error.code, done.error.message);
 * else console.log(done.value.changed, done.value.failed);
 * ```
 */
export function hardenInstall(request: HardenRequest): ResultAsync<RunReport, HardenError> {
  const { stateDir = DEFAULT_STATE_DIR } = request;
  // The lock of all recipes: a migration and this must not change the host at the same time.
  return new ResultAsync(ensureStateDir(stateDir)).andThen(() =>
    withHostLock<RunReport, HardenError>(lockFile(stateDir), () => new ResultAsync(hardenLocked(request, stateDir))),
  );
}

async function hardenLocked(request: HardenRequest, stateDir: string): Promise<Result<RunReport, HardenError>> {
  const { options, onEvent, signal } = request;
  const common = {
    registry: stepRegistry(),
    finalVerification: () => new ResultAsync(prove(options)),
    stateDir,
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(signal === undefined ? {} : { signal }),
  };
  const interrupted = await findInterrupted(stateDir);
  if (interrupted.isErr()) return err(interrupted.error);
  if (interrupted.value !== null) {
    const { state } = interrupted.value;
    if (state.plan.recipe !== HARDEN_RECIPE) return err(interruptedRun(state));
    const resumed = await resumeRunLocked({ ...common, recipe: HARDEN_RECIPE });
    if (resumed.isErr()) return err(resumed.error);
    if (resumed.value.failed || resumed.value.interrupted) return ok(resumed.value);
  }
  const planned = await planHardenInstall(options);
  if (planned.isErr()) return err(planned.error);
  return applyPlanLocked({ ...common, plan: planned.value, options: { ...options } });
}

/** Proves umasks and dispatch on the live host. */
async function prove(options: HardenOptions): Promise<Result<Json, StepFailure>> {
  const { unit, site, noFpmUmask } = options;
  const found = await observeInstance(options);
  if (found.isErr()) return err(found.error);
  const { user } = found.value.instance;
  const given = { ...(unit === undefined ? {} : { unit }), ...(site === undefined ? {} : { site }) };
  const subject = await readSubject({ user, ...given, ...(noFpmUmask === undefined ? {} : { noFpmUmask }) }, {});
  if (subject.isErr()) return err(subject.error);
  const checks = [...(await checkDispatch(subject.value)), ...(await checkUmasks(subject.value))];
  const broken = checks.filter(({ ok: holds }) => holds === false);
  if (broken.length === 0) return ok({ ok: true, checks: checks.map((check) => ({ ...check })) });
  const message = broken.map(({ id, detail }) => `${id}: ${detail}`).join('; ');
  return err({ code: 'NOT_PROVEN', message: `the hardened host fails its checks: ${message}` });
}
