/**
 * A value that survives `JSON.stringify` and `JSON.parse` unchanged: what plans and journals are made of.
 *
 * Declare arguments as `type X = Readonly<{ … }>`, not as an interface: an interface has no index signature and is not
 * assignable to this. Numbers must be finite; `-0` comes back as `0`.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A {@link Json} that is an object, not an array and not null. @inline */
export type JsonObject = Readonly<Record<string, Json>>;

/**
 * True when the value is {@link Json} all the way down; never throws.
 *
 * Objects must be plain (no `Date`, `Buffer`, `Map`), without `undefined` values; numbers must be finite.
 */
export function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
}

/** True for a JSON value that is an object: neither an array nor null. Its members are not looked at. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * One text for one value: object keys sorted by code unit, no white space, as RFC 8785 orders them.
 *
 * Two values print alike exactly when they are equal as JSON, whatever order their keys were written in. It
 * does not normalise Unicode: two spellings of the same accent are two texts.
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
