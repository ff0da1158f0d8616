import { Result, err, ok } from 'neverthrow';
import type { PhpUnencodable, PhpValue } from './phpValue.js';

const MAX_DEPTH = 64;

/**
 * Writes a value as the PHP literal that PHP evaluates to exactly this value; pure. It is one line unless a string has
 * newlines.
 *
 * Strings are single-quoted, where only `\\` and `\'` are escapes, so PHP interpolates nothing. As in PHP, a string key
 * that looks like a whole number (`'5'`) is that number. The literal is not safe in every fenced block: `putBlock`
 * refuses a string with `?>` or a line that looks like a fence.
 *
 * Errors: `PHP_UNENCODABLE` for a key that occurs twice, text that is not valid Unicode, and a number that is not whole
 * and exact.
 *
 * @example
 * ```ts
 * import { encodePhpValue } from '@wca/runtime-sdk/wordpress';
 *
 * const literal = encodePhpValue(['send', "it's"]);
 * if (literal.isErr()) console.error(literal.error.at, literal.error.message);
 * else console.log(literal.value); // [ 'send', 'it\'s' ]
 * ```
 *
 * Source: https://www.php.net/manual/en/language.types.string.php#language.types.string.syntax.single
 */
export function encodePhpValue(value: PhpValue): Result<string, PhpUnencodable> {
  return encode(value, '$', 0);
}

function encode(value: PhpValue, at: string, depth: number): Result<string, PhpUnencodable> {
  if (depth > MAX_DEPTH) return refuse(at, `arrays nested deeper than ${MAX_DEPTH}`);
  if (value === null) return ok('null');
  if (typeof value === 'boolean') return ok(value ? 'true' : 'false');
  if (typeof value === 'number') return encodeInteger(value, at);
  if (typeof value === 'string') return encodeString(value, at);
  if (isList(value)) {
    return Result.combine(value.map((item, index) => encode(item, `${at}[${index}]`, depth + 1))).map(bracket);
  }
  const seen = new Set<string | number>();
  const entries: Result<string, PhpUnencodable>[] = [];
  for (const [key, item] of value) {
    const inside = `${at}[${typeof key === 'number' ? String(key) : `'${key}'`}]`;
    const real = normaliseKey(key);
    if (real === null) return refuse(inside, 'a key that PHP makes a number too large to hold exactly');
    if (seen.has(real)) return refuse(inside, 'the same array key twice');
    seen.add(real);
    const left = typeof real === 'number' ? encodeInteger(real, inside) : encodeString(real, inside);
    entries.push(left.andThen((text) => encode(item, inside, depth + 1).map((right) => `${text} => ${right}`)));
  }
  return Result.combine(entries).map(bracket);
}

function isList(value: readonly PhpValue[] | ReadonlyMap<string | number, PhpValue>): value is readonly PhpValue[] {
  return Array.isArray(value);
}

function bracket(items: readonly string[]): string {
  return items.length === 0 ? '[]' : `[ ${items.join(', ')} ]`;
}

function encodeInteger(value: number, at: string): Result<string, PhpUnencodable> {
  if (!Number.isSafeInteger(value)) return refuse(at, `${value} is not a whole number that is held exactly`);
  return ok(String(value === 0 ? 0 : value));
}

function encodeString(value: string, at: string): Result<string, PhpUnencodable> {
  const roundTrip = Buffer.from(value, 'utf8').toString('utf8');
  if (roundTrip !== value) return refuse(at, 'text with half a surrogate pair, which has no UTF-8 form');
  return ok(`'${value.replace(/[\\']/g, '\\$&')}'`);
}

/**
 * The key as PHP stores it: the decimal form of a 64-bit int is that int, every other text stays a string. Null for an
 * int that a JavaScript number does not hold exactly.
 */
export function normaliseKey(key: string | number): string | number | null {
  if (typeof key === 'number' || !/^(0|-?[1-9][0-9]*)$/.test(key) || key.length > 20) return key;
  const number = Number(key);
  if (Number.isSafeInteger(number)) return number;
  return BigInt.asIntN(64, BigInt(key)) === BigInt(key) ? null : key;
}

function refuse(at: string, what: string): Result<never, PhpUnencodable> {
  return err({ code: 'PHP_UNENCODABLE', message: `${at}: ${what}, which has no exact PHP literal`, at });
}
