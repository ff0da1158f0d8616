// @module-tag php-cli
// @module-tag slow
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePhpValue } from '../../../src/wordpress/php/decodePhpValue.js';
import { phpLiteral, runPhp, serialize } from '../support/php.js';

test.each([
  `'a\\'b\\\\c\\n'`,
  `"tab\\t quote\\" dollar\\$ hex\\x41\\X41\\x4 oct\\101\\400 uni\\u{1F600}\\u{e9} kept\\q\\N\\E"`,
  `"curly { \${ '"`.replace('${', '$ {'),
  `b'bytes'`,
  `0x1F`,
  `0X1f`,
  `0b101`,
  `0o17`,
  `017`,
  `1_000`,
  `-5`,
  `+5`,
  `0`,
  `-0`,
  `TRUE`,
  `False`,
  `NULL`,
  `[]`,
  `array()`,
  `array( 1, 'two', [ 3 ], )`,
  `[ 'a' => 1, 2, '7' => 3, 4, true => 5, null => 6, 'a' => 8 ]`,
  `[ 3 => 'x', 'y' ]`,
  `[ -3 => 'x' ]`,
  `[ -3 => 'x', -7 => 'y', 'k' => 1 ]`,
  `[ -1 => 'x', 'y' ]`,
  `[ -3 => 1, 5 => 2, 3 ]`,
  `[ /* c */ 'a' /* d */ => # e\n 1, // f\n ]`,
  `( 'paren' )`,
  `'é😀'`,
])('%s is decoded to what PHP says it is', (literal) => {
  const php = Buffer.from(runPhp(`echo base64_encode(serialize(${literal}));`), 'base64').toString();
  expect(serialize(decodePhpValue(literal)._unsafeUnwrap())).toBe(php);
});

test('a double-quoted string of random escapes is decoded as PHP decodes it', () => {
  const piece = fc.constantFrom('\\', 'n', 'x', '4', '1', 'u', '{', '}', 'e', '0', '7', '$', '"', "'", 'é', '\n');
  const literals = fc
    .sample(fc.array(piece, { maxLength: 8 }), { numRuns: 800, seed: 7 })
    .map((pieces) => `"${pieces.join('').replace(/(?<!\\)((?:\\\\)*)(["$])/g, '$1\\$2')}"`);
  const read = literals.flatMap((literal) => {
    const value = decodePhpValue(literal);
    return value.isOk() && typeof value.value === 'string' ? [{ literal, value: value.value }] : [];
  });
  expect(read.length).toBeGreaterThan(300);
  const printed = runPhp(read.map(({ literal }) => `echo base64_encode(${literal}), "\\n";\n`).join('')).split('\n');
  for (const [index, { literal, value }] of read.entries()) {
    expect([literal, Buffer.from(printed[index] ?? '', 'base64').toString()]).toEqual([literal, value]);
  }
});

test('PHP and this decoder agree on ten thousand of ten thousand random literals, written in every way PHP has', () => {
  const literals = [...new Set(fc.sample(phpLiteral, { numRuns: 20_000, seed: 4711 }))].slice(0, 10_000);
  const php = runPhp(literals.map((literal) => `echo base64_encode(serialize(${literal})), "\\n";\n`).join(''));
  const printed = php
    .trimEnd()
    .split('\n')
    .map((line) => Buffer.from(line, 'base64').toString());
  expect(literals.length).toBe(10_000);
  const wrong = literals.flatMap((literal, index) => {
    const read = decodePhpValue(literal).match(serialize, (error) => error.message);
    return read === printed[index] ? [] : [{ literal, read, php: printed[index] }];
  });
  expect(wrong).toEqual([]);
});

test.each([
  ['1.5', 'not whole'],
  ['9223372036854775808', 'too large'],
  ['9007199254740993', 'too large'],
  ['"a $b"', '"encapsed"'],
  ["'a' . 'b'", '"bin"'],
  ['getenv("HOME")', '"call"'],
  ['SOME_CONSTANT', 'constant'],
  ['__DIR__', '"magic"'],
  ['[ ...$x ]', 'spread'],
  ['[ 1, , 2 ]', 'gap'],
  ['[ -3 => 1, 2 ]', 'negative'],
  [`[ ${Number.MAX_SAFE_INTEGER} => 1, 2 ]`, 'too large'],
  ['[ [] => 1 ]', 'array as key'],
  ["'never ends", 'without an end'],
  ['1; 2', 'several expressions, or none'],
])('%s is refused, never guessed', (source, says) => {
  const refused = decodePhpValue(source)._unsafeUnwrapErr();
  expect(refused.code).toBe('PHP_NOT_A_LITERAL');
  expect(refused.message).toContain(says);
});

test('a string that is not UTF-8 is refused', () => {
  expect(decodePhpValue(Buffer.from([0x27, 0xff, 0x27]))._unsafeUnwrapErr().message).toContain('UTF-8');
});

test('the error names the line of the offending value', () => {
  expect(decodePhpValue("[\n 'a' => 1,\n 'b' => 1.5,\n]")._unsafeUnwrapErr().line).toBe(3);
});

test('nesting that overflows the parser is an error and not a crash', () => {
  expect(decodePhpValue(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)).toBeErr();
});

test('nothing at all and half an expression are errors', () => {
  for (const source of ['', '[', "'a' =>"]) expect(decodePhpValue(source)).toBeErr();
});
