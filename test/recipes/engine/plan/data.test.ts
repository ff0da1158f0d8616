import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  absolutePath,
  accountId,
  anyJson,
  fileMode,
  listOf,
  parseJson,
  readData,
  record,
  timeText,
} from '../../../../src/recipes/engine/plan/data.js';

const schema = record({
  path: absolutePath,
  mode: fileMode,
  uid: accountId,
  at: timeText,
  rest: anyJson,
  kind: v.picklist(['one', 'two']),
  names: v.exactOptional(listOf(record({ name: v.string() }))),
});
const good = { path: '/x', mode: 0o644, uid: 0, at: '2026-01-02T03:04:05Z', rest: [null], kind: 'one' };

function problem(value: unknown): string {
  return readData(schema, value).match(
    () => 'read',
    (error) => `${error.field}: ${error.problem}`,
  );
}

describe('a value is read strictly', () => {
  test('and comes back itself, not a copy', () => {
    expect(readData(schema, good)._unsafeUnwrap()).toBe(good);
    expect(problem({ ...good, names: [] })).toBe('read');
  });

  test.each<readonly [string, unknown, string]>([
    ['another type', { ...good, path: 7 }, 'path: is a number, expected string'],
    [
      'another type deep inside',
      { ...good, names: [{ name: 'a' }, { name: null }] },
      'names[1].name: is null, expected string',
    ],
    ['a missing field', { ...good, uid: undefined }, 'uid: is missing'],
    ['a field too many', { ...good, 'odd\nname': 1 }, 'odd\\nname: is not a known field'],
    ['a name that every object inherits', { ...good, constructor: 1 }, 'constructor: is not a known field'],
    [
      'a prototype',
      JSON.parse(JSON.stringify(good).replace('{', '{"__proto__":1,')),
      '__proto__: is not a known field',
    ],
    ['a relative path', { ...good, path: 'x' }, 'path: is not valid (expected: starts with "/")'],
    ['a mode out of range', { ...good, mode: 0o10000 }, 'mode: is not valid (expected: max value <=4095)'],
    ['part of an id', { ...good, uid: 0.5 }, 'uid: is not valid (expected: integer'],
    ['no time', { ...good, at: 'soon' }, 'at: is a string, expected a time in ISO 8601'],
    ['no JSON', { ...good, rest: new Date() }, 'rest: is an object, expected JSON'],
    ['no choice', { ...good, kind: 'three' }, 'kind: is a string, expected ("one" | "two")'],
    ['a list for an object', [], 'path: is missing'],
    ['nothing', null, ': is null, expected an object'],
  ])('%s is named', (_, value, expected) => {
    expect(problem(value)).toContain(expected);
  });

  test('and what it held is not in the message: it may be secret', () => {
    for (const key of Object.keys(good))
      expect(problem({ ...good, [key]: { secret: 'canary' } })).not.toContain('canary');
    expect(problem({ ...good, kind: 'canary' })).not.toContain('canary');
  });
});

test('a text is JSON or undefined', () => {
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(parseJson('{')).toBeUndefined();
});
