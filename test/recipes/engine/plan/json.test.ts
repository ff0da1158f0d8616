import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, isJson } from '../../../../src/recipes/engine/plan/json.js';
import type { Json } from '../../../../src/recipes/engine/plan/json.js';

test('the order of keys makes no difference, anything else does', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
  expect(canonicalJson(['a', 'b'])).not.toBe(canonicalJson(['b', 'a']));
  expect(canonicalJson('1')).not.toBe(canonicalJson(1));
});

test('any JSON value is read back from its canonical text, and is one text only', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const json = JSON.parse(JSON.stringify(value)) as Json;
      const text = canonicalJson(json);
      expect(JSON.parse(text)).toEqual(json);
      expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
    }),
  );
});

test('what does not survive being written is no JSON', () => {
  const flat = [undefined, NaN, Infinity, 1n, () => 1, new Date(), Buffer.from(''), new Map()];
  for (const value of [...flat, { a: undefined }, [undefined]]) expect(isJson(value)).toBe(false);
  for (const value of [null, 0, '', [], {}, { a: [{ b: null }] }]) expect(isJson(value)).toBe(true);
});
