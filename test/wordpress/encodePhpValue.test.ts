// needs php-cli
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePhpValue, encodePhpValue } from '../../src/wordpress/index.js';
import type { PhpValue } from '../../src/wordpress/index.js';
import { phpValue, runPhp, serialize } from './support/php.js';

test('PHP evaluates a thousand random encoded values to exactly what was encoded', () => {
  const values: PhpValue[] = [];
  const lines: string[] = [];
  for (const value of fc.sample(phpValue, { numRuns: 1000, seed: 199 })) {
    const literal = encodePhpValue(value);
    if (literal.isErr()) continue;
    values.push(value);
    lines.push(`echo base64_encode(serialize(${literal.value})), "\\n";\n`);
  }
  expect(values.length).toBeGreaterThan(900);
  const printed = runPhp(lines.join('')).trimEnd().split('\n');
  expect(printed.map((line) => Buffer.from(line, 'base64').toString())).toEqual(values.map(serialize));
});

test('decoding gives back every random value that was encoded', () => {
  fc.assert(
    fc.property(phpValue, (value) => {
      const literal = encodePhpValue(value);
      if (literal.isErr()) return;
      const back = decodePhpValue(literal.value);
      if (back.isErr()) expect(back.error.message).toContain('negative array key');
      else expect(serialize(back.value)).toBe(serialize(value));
    }),
    { numRuns: 500, seed: 125 },
  );
});

test('only backslash and quote are escaped in a string', () => {
  expect(encodePhpValue("it's \\ $x \"\n?>")._unsafeUnwrap()).toBe("'it\\'s \\\\ $x \"\n?>'");
});

test('a value without an exact literal is refused with its place', () => {
  const cases: readonly (readonly [PhpValue, string])[] = [
    [1.5, '$'],
    [Number.NaN, '$'],
    [2 ** 53, '$'],
    [[['\ud800']], '$[0][0]'],
    [new Map<string | number, PhpValue>([['5', 1], [5, 2]]), '$[5]'],
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
