import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { printableJson } from '../../../posix/paths/index.js';
import { isJson } from './json.js';
import type { Json } from './json.js';

/** A schema of plain JSON, whose value is the same before and after it was read. */
export type DataSchema<T extends Json = Json> = v.GenericSchema<unknown, T>;

/** The first place at which a value does not have the shape that was expected. */
export interface DataProblem {
  /** `steps[0].phase`; empty for the value as a whole. */
  readonly field: string;
  /** What is wrong there, to follow the field's name: `is missing`. Holds no data: it may be secret. */
  readonly problem: string;
}

/** An object of exactly these fields. */
export function record<const E extends v.ObjectEntries>(entries: E): v.StrictObjectSchema<E, undefined> {
  return v.strictObject(entries);
}

/** An array of these, in any number. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the type is the schema's own
export function listOf<const T extends v.GenericSchema>(item: T) {
  return v.pipe(v.array(item), v.readonly());
}

/** Any JSON value. */
export const anyJson = v.custom<Json>(isJson, 'JSON');

/** SHA-256, hex. */
export const sha256Text = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** A time in ISO 8601. */
export const timeText = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text)), 'a time in ISO 8601'),
);

/** An absolute path. */
export const absolutePath = v.pipe(v.string(), v.startsWith('/'));

/** Permission bits, `07777`. */
export const fileMode = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0o7777));

/** A uid or gid. */
export const accountId = v.pipe(v.number(), v.integer(), v.minValue(0));

/**
 * Reads a value from a file strictly: no field of another type, none missing, none unknown.
 *
 * The value itself comes back, not a copy, so that a digest over it stays the same.
 */
export function readData<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Result<T, DataProblem> {
  const read = v.safeParse(schema, value, { abortEarly: true });
  if (!read.success) {
    const [issue] = read.issues;
    return err({ field: fieldOf(issue.path ?? []), problem: problemOf(issue) });
  }
  const unread = unreadField(value, read.output);
  // Read whole, the value is what the schema describes.
  return unread === null ? ok(value as T) : err({ field: unread, problem: 'is not a known field' });
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return 'is not a known field';
  if (issue.type === 'non_empty') return 'is empty';
  if (issue.input === undefined) return 'is missing';
  if (issue.kind === 'validation' && issue.type !== 'check') {
    return `is not valid (expected: ${issue.type.replaceAll('_', ' ')} ${issue.expected ?? ''})`;
  }
  const expected = issue.expected === null || issue.expected === 'unknown' ? issue.message : issue.expected;
  return `is ${typeOf(issue.input)}, expected ${expected.replaceAll('Object', 'an object').replaceAll('Array', 'a list')}`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function fieldOf(path: readonly { readonly key: unknown }[]): string {
  return path
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${shown(key)}`))
    .join('')
    .replace(/^\./, '');
}

function shown(key: unknown): string {
  return printableJson(String(key)).slice(1, -1).slice(0, 40);
}

/**
 * A field of the value that its reading left out, or null: `{"constructor":1}` holds one that a schema takes for an
 * inherited one, and an empty list is an object without fields.
 */
function unreadField(value: unknown, read: unknown, at = ''): string | null {
  if (value === read) return null;
  if (Array.isArray(value) && Array.isArray(read)) {
    for (const [index, item] of value.entries()) {
      const unread = unreadField(item, read[index], `${at}[${index}]`);
      if (unread !== null) return unread;
    }
    return null;
  }
  if (Array.isArray(value) || !isObject(value) || !isObject(read)) return at;
  for (const key of Object.keys(value)) {
    const field = at === '' ? shown(key) : `${at}.${shown(key)}`;
    if (!Object.hasOwn(read, key)) return field;
    const unread = unreadField(value[key], read[key], field);
    if (unread !== null) return unread;
  }
  return null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The JSON value a text holds, or undefined. */
export function parseJson(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
