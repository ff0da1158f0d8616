import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { RunFailure } from './journalError.js';
import { isJson, isJsonObject } from '../plan/json.js';
import type { Json, JsonObject } from '../plan/json.js';
import { planFromJson } from '../plan/parsePlan.js';
import type { Plan } from '../plan/plan.js';
import type { StepFailure } from '../plan/step.js';

/** The version of the journal format this package writes; it reads this and earlier ones. */
export const JOURNAL_FORMAT_VERSION = 2;

/** Every version it reads. 2 knows `run-recovered`, and keeps the last record in the head file too. */
export type JournalFormatVersion = 1 | 2;

/** Why a rollback began. */
export type RollbackReason = 'step-failed' | 'verification-failed' | 'requested';

/** The first record of every journal. */
export interface StartRecord {
  readonly type: 'run-started';
  readonly formatVersion: JournalFormatVersion;
  readonly runId: string;
  /** Whole, so that the run can be finished from the journal alone. */
  readonly plan: Plan;
  /** Whatever the caller wants to remember of how it was asked. */
  readonly options: Json;
}

/** What a journal record says, without its number and time. Durations are milliseconds. */
export type RecordBody =
  | StartRecord
  | { readonly type: 'run-resumed' }
  | { readonly type: 'run-paused' }
  /** After a reboot in the stop window: what was done in it is taken back, and all of it is still to be done. */
  | { readonly type: 'run-recovered' }
  | { readonly type: 'step-satisfied'; readonly id: string }
  /** On disk before the act; all that undo needs, or the way to it. */
  | { readonly type: 'step-intended'; readonly id: string; readonly before: Json }
  | { readonly type: 'step-applied'; readonly id: string; readonly durationMs: number }
  | { readonly type: 'step-verified'; readonly id: string; readonly durationMs: number }
  | {
      readonly type: 'step-failed';
      readonly id: string;
      readonly during: RunFailure['during'];
      readonly error: StepFailure;
    }
  | { readonly type: 'verification-passed'; readonly result: Json; readonly durationMs: number }
  | { readonly type: 'verification-failed'; readonly error: StepFailure; readonly durationMs: number }
  | { readonly type: 'run-applied'; readonly durationMs: number }
  | { readonly type: 'rollback-started'; readonly reason: RollbackReason; readonly force: boolean }
  | {
      readonly type: 'step-undone';
      readonly id: string;
      readonly notes: readonly string[];
      readonly durationMs: number;
    }
  | { readonly type: 'step-undo-failed'; readonly id: string; readonly error: StepFailure }
  | { readonly type: 'run-rolled-back'; readonly durationMs: number };

/** One line of a journal: numbered from 1, `at` in ISO 8601 UTC. */
export type JournalRecord = RecordBody & { readonly n: number; readonly at: string };

/** Reads one record, strictly; the reason when it is none. The checksum is not its business. */
export function parseRecord(line: string): Result<JournalRecord, string> {
  const value = parseJson(line);
  if (!isJsonObject(value)) return err('it is not a JSON object');
  const { n, at, type, ...fields } = value;
  if (typeof n !== 'number' || !Number.isSafeInteger(n)) return err('it has no number');
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at))) return err('it has no time');
  const body = readBody(type, fields);
  return body.map((read) => ({ n, at, ...read }));
}

function readBody(type: Json | undefined, fields: JsonObject): Result<RecordBody, string> {
  const { id, durationMs, error, before, notes } = fields;
  switch (type) {
    case 'run-started':
      return readStart(fields);
    case 'run-resumed':
    case 'run-paused':
    case 'run-recovered':
      return ok({ type });
    case 'step-satisfied':
      return isText(id) ? ok({ type, id }) : wrong(type);
    case 'step-intended':
      return isText(id) && before !== undefined ? ok({ type, id, before }) : wrong(type);
    case 'step-applied':
    case 'step-verified':
      return isText(id) && isNumber(durationMs) ? ok({ type, id, durationMs }) : wrong(type);
    case 'step-failed': {
      const during = DURING.find((one) => one === fields.during);
      return isText(id) && isFailure(error) && during !== undefined ? ok({ type, id, during, error }) : wrong(type);
    }
    case 'verification-passed': {
      const { result } = fields;
      return isNumber(durationMs) && result !== undefined ? ok({ type, result, durationMs }) : wrong(type);
    }
    case 'verification-failed':
      return isFailure(error) && isNumber(durationMs) ? ok({ type, error, durationMs }) : wrong(type);
    case 'run-applied':
    case 'run-rolled-back':
      return isNumber(durationMs) ? ok({ type, durationMs }) : wrong(type);
    case 'rollback-started': {
      const reason = REASONS.find((one) => one === fields.reason);
      const { force } = fields;
      return reason !== undefined && typeof force === 'boolean' ? ok({ type, reason, force }) : wrong(type);
    }
    case 'step-undone':
      return isText(id) && isNumber(durationMs) && Array.isArray(notes) && notes.every(isText)
        ? ok({ type, id, notes, durationMs })
        : wrong(type);
    case 'step-undo-failed':
      return isText(id) && isFailure(error) ? ok({ type, id, error }) : wrong(type);
    default:
      return err(`its type ${JSON.stringify(type ?? null).slice(0, 40)} is not known`);
  }
}

function readStart(fields: JsonObject): Result<RecordBody, string> {
  const { formatVersion, runId, plan, options } = fields;
  if (formatVersion !== 1 && formatVersion !== JOURNAL_FORMAT_VERSION) return wrong('run-started');
  if (!isText(runId) || !isJsonObject(plan) || options === undefined) return wrong('run-started');
  return planFromJson(plan)
    .map((read): RecordBody => ({ type: 'run-started', formatVersion, runId, plan: read, options }))
    .mapErr((error) => error.message);
}

const DURING: readonly RunFailure['during'][] = ['check', 'apply', 'verify', 'undo', 'journal', 'verification'];
const REASONS: readonly RollbackReason[] = ['step-failed', 'verification-failed', 'requested'];

const isText = (value: Json | undefined): value is string => typeof value === 'string';
const isNumber = (value: Json | undefined): value is number => typeof value === 'number';

function isFailure(value: Json | undefined): value is JsonObject & StepFailure {
  return isJsonObject(value) && isText(value.code) && isText(value.message);
}

function wrong(type: string): Result<never, string> {
  return err(`a field of its type '${type}' is missing or of the wrong shape`);
}

function parseJson(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
