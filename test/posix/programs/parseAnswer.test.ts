import * as v from 'valibot';
import { expect, test } from 'vitest';
import { jsonOf, parseAnswer } from '../../../src/posix/programs/parseAnswer.js';

const ROWS = v.array(
  v.object({
    id: v.pipe(v.number(), v.safeInteger()),
    name: v.nullable(v.string()),
    done: v.boolean(),
    kind: v.picklist(['bridge', 'runtime']),
    tags: v.optional(v.array(v.object({ name: v.string() }))),
  }),
);
const ROW = { id: 1, name: null, done: true, kind: 'bridge' };

test('an answer that fits comes out with the fields of the schema alone', () => {
  expect(parseAnswer(ROWS, [{ ...ROW, more: 1 }])._unsafeUnwrap()).toEqual([ROW]);
});

test.each<[unknown, string, string]>([
  [{}, '', 'the answer is not a list'],
  [null, '', 'the answer is not a list'],
  [undefined, '', 'the answer is not a list'],
  [[1], '[0]', '"[0]" is not an object'],
  [[ROW, { ...ROW, id: 'x' }], '[1].id', '"[1].id" is not a number'],
  [[{ ...ROW, id: 1.5 }], '[0].id', '"[0].id" is not a whole number'],
  [[{ ...ROW, name: 7 }], '[0].name', '"[0].name" is not a string'],
  [[{ id: 1, name: null, kind: 'bridge' }], '[0].done', '"[0].done" is missing'],
  [[{ ...ROW, done: 0 }], '[0].done', '"[0].done" is not true or false'],
  [[{ ...ROW, kind: 'x' }], '[0].kind', '"[0].kind" is not "bridge" or "runtime"'],
  [[{ ...ROW, tags: [{ name: 1 }] }], '[0].tags[0].name', '"[0].tags[0].name" is not a string'],
])('of %j the field "%s" is named: %s', (value, field, what) => {
  expect(parseAnswer(ROWS, value)._unsafeUnwrapErr()).toEqual({ field, what });
});

test('what was found is not repeated, because it may be a secret', () => {
  const problem = parseAnswer(v.object({ id: v.number() }), { id: 'hunter2' })._unsafeUnwrapErr();
  expect(JSON.stringify(problem)).not.toContain('hunter2');
});

test('a text that is not JSON has no value', () => {
  expect(jsonOf('{"a":1}')).toEqual({ a: 1 });
  expect(jsonOf('null')).toBeNull();
  expect(jsonOf('Warning: x')).toBeUndefined();
  expect(jsonOf('')).toBeUndefined();
});
