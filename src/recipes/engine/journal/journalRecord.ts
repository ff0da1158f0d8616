import { err } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { printableJson } from '../../../posix/paths/index.js';
import { anyJson, listOf, parseJson, readData, record, timeText } from '../plan/data.js';
import { isJsonObject } from '../plan/json.js';
import { planSchema } from '../plan/plan.js';
import type { StepFailure } from '../plan/step.js';

/** The version of the journal format this package writes and reads. */
export const JOURNAL_FORMAT_VERSION = 3;

/** Number of the record, from 1, and its time. */
const numbered = { n: v.pipe(v.number(), v.safeInteger(), v.minValue(1)), at: timeText };
const durationMs = v.number();

/** With whatever else the step says, as plain JSON. */
const failure: v.GenericSchema<unknown, StepFailure> = v.objectWithRest(
  { code: v.string(), message: v.string() },
  anyJson,
);

const rollbackReason = v.picklist(['step-failed', 'verification-failed', 'requested']);

/** Why a rollback began. */
export type RollbackReason = v.InferOutput<typeof rollbackReason>;

/** While doing what a step, or the final verification, failed. */
const during = v.picklist(['check', 'apply', 'verify', 'undo', 'journal', 'verification']);

/** Every record there is. Durations are milliseconds. */
const RECORDS = [
  /** The first record of every journal. */
  record({
    ...numbered,
    type: v.literal('run-started'),
    formatVersion: v.literal(JOURNAL_FORMAT_VERSION),
    runId: v.string(),
    /** Whole, so that the run can be finished from the journal alone. */
    plan: planSchema,
    /** What the caller wants to remember of how it was called. */
    options: anyJson,
  }),
  record({ ...numbered, type: v.literal('run-resumed') }),
  record({ ...numbered, type: v.literal('run-paused') }),
  /** After a reboot in the stop window: what was done in it is undone, and all of it is still to be done. */
  record({ ...numbered, type: v.literal('run-recovered') }),
  record({ ...numbered, type: v.literal('step-satisfied'), id: v.string() }),
  /** On disk before the act, with all that undo needs, or the name of the record that holds it. */
  record({ ...numbered, type: v.literal('step-intended'), id: v.string(), before: anyJson }),
  record({ ...numbered, type: v.literal('step-applied'), id: v.string(), durationMs }),
  record({ ...numbered, type: v.literal('step-verified'), id: v.string(), durationMs }),
  record({ ...numbered, type: v.literal('step-failed'), id: v.string(), during, error: failure }),
  record({ ...numbered, type: v.literal('verification-passed'), result: anyJson, durationMs }),
  record({ ...numbered, type: v.literal('verification-failed'), error: failure, durationMs }),
  record({ ...numbered, type: v.literal('run-applied'), durationMs }),
  record({ ...numbered, type: v.literal('rollback-started'), reason: rollbackReason, force: v.boolean() }),
  record({ ...numbered, type: v.literal('step-undone'), id: v.string(), notes: listOf(v.string()), durationMs }),
  record({ ...numbered, type: v.literal('step-undo-failed'), id: v.string(), error: failure }),
  record({ ...numbered, type: v.literal('run-rolled-back'), durationMs }),
] as const;

/** One line of a journal: numbered from 1, `at` in ISO 8601 UTC. */
export type JournalRecord = v.InferOutput<(typeof RECORDS)[number]>;

type WithoutNumber<R> = R extends unknown ? Omit<R, 'n' | 'at'> : never;

/** What a journal record says, without its number and time. */
export type RecordBody = WithoutNumber<JournalRecord>;

/** The first record of every journal. */
export type StartRecord = Extract<RecordBody, { readonly type: 'run-started' }>;

/** What stopped a run that had begun. @inline */
export interface RunFailure {
  /** Null for the final verification. */
  readonly stepId: string | null;
  readonly during: v.InferOutput<typeof during>;
  readonly error: StepFailure;
}

const SCHEMAS: ReadonlyMap<string, v.GenericSchema<unknown, JournalRecord>> = new Map(
  RECORDS.map((schema) => [schema.entries.type.literal, schema]),
);

/** Reads one record, strictly; the reason when it is none. The checksum is checked elsewhere. */
export function parseRecord(line: string): Result<JournalRecord, string> {
  const value = parseJson(line);
  if (!isJsonObject(value)) return err('it is not a JSON object');
  const { type = null } = value;
  const schema = typeof type === 'string' ? SCHEMAS.get(type) : undefined;
  if (schema === undefined) return err(`its type ${printableJson(type).slice(0, 40)} is not known`);
  return readData(schema, value).mapErr(({ field, problem }) => `its field ${field} ${problem}`);
}
