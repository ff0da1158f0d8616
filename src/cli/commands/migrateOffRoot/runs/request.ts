import { err, ok } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import { DEFAULT_STATE_DIR, planSchema, readData, undoableRuns } from '../../../../recipes/engine/index.js';
import type { Json, JournalError, OnRunEvent, Plan, RunReport } from '../../../../recipes/engine/index.js';
import { instancesOf, placesOf, verificationOptions } from '../../../../recipes/host/index.js';
import type { MigrationFacts, SeveralFacts } from '../../../../recipes/host/index.js';
import {
  RECIPE,
  applyMigration,
  resumeMigration,
  rollbackMigration,
} from '../../../../recipes/migrateOffRoot/index.js';
import type { MigrationReport } from '../../../../recipes/migrateOffRoot/index.js';
import { startRunUnit } from '../../../../recipes/runner/index.js';
import type { RunUnit, RunUnitError } from '../../../../recipes/runner/index.js';
import { stepRegistry } from '../../../../recipes/steps/index.js';
import type { CliError } from '../../../command.js';

const requestSchema = v.variant('command', [
  v.strictObject({ command: v.literal('apply'), plan: planSchema, verification: verificationOptions }),
  v.strictObject({ command: v.literal('resume'), verification: verificationOptions }),
  v.strictObject({
    command: v.literal('rollback'),
    runId: v.exactOptional(v.string()),
    force: v.boolean(),
    acceptChangedPrograms: v.boolean(),
  }),
]);

/** What is to be carried out, as data, so that another process can do it. */
export type MigrationRequest = v.InferOutput<typeof requestSchema>;

/** The commands that carry a run out, and what each reports. */
export interface MigrationReports {
  readonly apply: MigrationReport;
  readonly resume: RunReport;
  readonly rollback: ReturnType<typeof rollbackMigration> extends ResultAsync<infer Report, unknown> ? Report : never;
}

/** A request of one command. */
export type RequestOf<C extends keyof MigrationReports> = Extract<MigrationRequest, { readonly command: C }>;

/** How a run in progress is watched and asked to end. */
export interface RunControls {
  readonly onEvent: OnRunEvent;
  readonly signal: AbortSignal;
  readonly undo: AbortSignal;
}

/** Carries a request out in this process. */
export async function carryOut<C extends keyof MigrationReports>(
  request: RequestOf<C>,
  controls: RunControls,
): Promise<Result<MigrationReports[C], CliError>>;
export async function carryOut(
  request: MigrationRequest,
  controls: RunControls,
): Promise<Result<MigrationReports[keyof MigrationReports], CliError>> {
  switch (request.command) {
    case 'apply':
      return applyMigration(request.plan, { verification: request.verification, ...controls });
    case 'resume':
      return resumeMigration({ verification: request.verification, ...controls });
    case 'rollback': {
      const { runId, force, acceptChangedPrograms } = request;
      const { onEvent, signal } = controls;
      return rollbackMigration({
        ...(runId === undefined ? {} : { runId }),
        force,
        acceptChangedPrograms,
        onEvent,
        signal,
      });
    }
  }
}

/** Reads a request that {@link startUnitFor} handed to its unit. */
export function readRequestOf(value: Json): Result<MigrationRequest, { readonly problem: string }> {
  return readData<MigrationRequest>(requestSchema, value).mapErr(({ field, problem }) => ({
    problem: `${field} ${problem}`,
  }));
}

/**
 * Starts a system unit that carries a request out: `wca migrate-off-root run UNIT` of this package. It can write what the
 * steps of the plan name, and nothing else of the system, of homes and of sites.
 */
export async function startUnitFor(request: MigrationRequest): Promise<Result<RunUnit, RunUnitError>> {
  const plans = request.command === 'apply' ? ok([request.plan]) : await plansOfRuns();
  if (plans.isErr()) return err(plans.error);
  const writes = new Set(plans.value.flatMap((plan) => writesOf(plan)));
  return startRunUnit(['migrate-off-root', 'run'], request, [...writes]);
}

/** The plans of the runs that can be finished or taken back. */
async function plansOfRuns(): Promise<Result<readonly Plan[], JournalError>> {
  const runs = await undoableRuns(DEFAULT_STATE_DIR, RECIPE);
  return runs.map((found) => found.map(({ state }) => state.plan));
}

/** What a run of this plan, its verification and its way back create, change, move or remove. Pure. */
export function writesOf(plan: Plan): readonly string[] {
  const registry = stepRegistry();
  const steps = plan.steps.flatMap(({ kind, args }) => registry.get(kind)?.writes(args) ?? []);
  if (plan.recipe !== RECIPE) return steps;
  // The digest covers the facts, and only planMigration writes facts of this recipe.
  const instances = instancesOf(plan.facts as MigrationFacts | SeveralFacts);
  return [
    ...steps,
    ...instances.flatMap((facts) => {
      const { files, trees } = placesOf(facts);
      // The verification writes to the site as WordPress and as the agent, and sends messages into the state.
      return [...files, ...trees, facts.site.root, facts.state.newDataDir];
    }),
  ];
}
