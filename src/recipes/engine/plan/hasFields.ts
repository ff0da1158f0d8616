import { isJsonObject } from './json.js';
import type { Json } from './json.js';

/** What a field must be; with `?` it may be absent. */
export type FieldType = 'string' | 'number' | 'boolean' | 'string?' | 'number?' | 'boolean?';

/** Whether a value is an object of exactly these fields: what the `isArgs` of a flat kind asks. */
export function hasFields(value: Json, fields: Readonly<Record<string, FieldType>>): boolean {
  if (!isJsonObject(value) || Object.keys(value).some((name) => !Object.hasOwn(fields, name))) return false;
  return Object.entries(fields).every(([name, type]) =>
    Object.hasOwn(value, name) ? typeof value[name] === type.replace('?', '') : type.endsWith('?'),
  );
}
