// @module-tag php-cli
// @module-tag slow
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePhpValue } from '../../../src/wordpress/php/decodePhpValue.js';
import { encodePhpValue } from '../../../src/wordpress/php/encodePhpValue.js';
import type { PhpValue } from '../../../src/wordpress/php/phpValue.js';
import { phpValue, runPhp, serialize } from '../support/php.js';

test('PHP evaluates ten thousand of ten thousand random encoded values to exactly what was encoded', () => {
  const values = fc.sample(phpValue, { numRuns: 10_000, seed: 199 });
  const literals = values.map((value) => encodePhpValue(value)._unsafeUnwrap());
  const printed = runPhp(literals.map((literal) => `echo base64_encode(serialize(${literal})), "\\n";\n`).join(''));
  const told = printed
    .trimEnd()
    .split('\n')
    .map((line) => Buffer.from(line, 'base64').toString());
  expect(told).toEqual(values.map(serialize));
  const decoded = literals.map((literal) => decodePhpValue(literal).match(serialize, (error) => error.message));
  expect(decoded).toEqual(told);
});

test('only backslash and quote are escaped in a string', () => {
  expect(encodePhpValue('it\'s \\ $x "\n?>')._unsafeUnwrap()).toBe("'it\\'s \\\\ $x \"\n?>'");
});

test('a value without an exact literal is refused with its place', () => {
  const cases: readonly (readonly [PhpValue, string])[] = [
    [1.5, '$'],
    [Number.NaN, '$'],
    [2 ** 53, '$'],
    [[['\ud800']], '$[0][0]'],
    [
      new Map<string | number, PhpValue>([
        ['5', 1],
        [5, 2],
      ]),
      '$[5]',
    ],
    [new Map([['9007199254740993', 1]]), "$['9007199254740993']"],
  ];
  for (const [value, at] of cases) {
    expect(encodePhpValue(value)._unsafeUnwrapErr()).toMatchObject({ code: 'PHP_UNENCODABLE', at });
  }
});

test('an array inside itself ends in a refusal and not in an endless loop', () => {
  const list: PhpValue[] = [];
  list.push(list);
  expect(encodePhpValue(list)._unsafeUnwrapErr().message).toContain('deeper than 64');
});
