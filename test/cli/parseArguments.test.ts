// @module-tag slow
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/parseArguments.js';
import type { OptionSpec } from '../../src/cli/parseArguments.js';

const SPECS: readonly OptionSpec[] = [
  { name: 'as', value: 'USER', help: '' },
  { name: 'extra', value: 'PATH', repeatable: true, help: '' },
  { name: 'json', help: '' },
  { name: 'null', short: '0', help: '' },
  { name: 'quiet', short: 'q', help: '' },
];

const parse = (args: readonly string[], stop = false) =>
  parseArguments(args, SPECS, stop).map(({ options, operands }) => ({
    options: Object.fromEntries(options),
    operands,
  }));
const message = (...args: readonly string[]) => parse(args)._unsafeUnwrapErr().message;

describe('parseArguments', () => {
  it('takes options before, between and after operands', () => {
    expect(parse(['--json', '/a', '--as', 'www-data', '/b', '-q'])._unsafeUnwrap()).toEqual({
      options: { json: [''], as: ['www-data'], quiet: [''] },
      operands: ['/a', '/b'],
    });
  });

  it('takes a value after a space and after an equals sign, an empty one and one with an equals sign too', () => {
    expect(parse(['--as=a', '--extra', 'b', '--extra=', '--extra=c=d'])._unsafeUnwrap().options).toEqual({
      as: ['a'],
      extra: ['b', '', 'c=d'],
    });
  });

  it('takes letters one by one and together', () => {
    expect(parse(['-0q'])._unsafeUnwrap().options).toEqual({ null: [''], quiet: [''] });
    expect(parse(['-0', '-q'])._unsafeUnwrap().options).toEqual({ null: [''], quiet: [''] });
  });

  it('takes everything after -- as operands', () => {
    expect(parse(['a', '--', '--json', '-q', '--'])._unsafeUnwrap()).toEqual({
      options: {},
      operands: ['a', '--json', '-q', '--'],
    });
  });

  it('takes a lone dash and an empty argument as operands', () => {
    expect(parse(['-', '', '-q'])._unsafeUnwrap()).toEqual({ options: { quiet: [''] }, operands: ['-', ''] });
  });

  it('ends at the first operand when asked to', () => {
    expect(parse(['-q', 'unit', '--json'], true)._unsafeUnwrap()).toEqual({
      options: { quiet: [''] },
      operands: ['unit', '--json'],
    });
  });

  it.each([
    ['an unknown long option', ['--nope'], 'there is no option --nope'],
    ['an unknown letter', ['-x'], 'there is no option -x'],
    ['an unknown letter in a row', ['-qx'], 'there is no option -x'],
    ['a dash inside a row of letters', ['-q-'], 'there is no option --'],
    ['the start of an option that exists', ['--jso'], 'there is no option --jso; did you mean --json?'],
    ['the name of something every object has', ['--constructor'], 'there is no option --constructor'],
    ['the name of something every object has, with a value', ['--__proto__=1'], 'there is no option --__proto__'],
    ['an empty name', ['--=x'], 'there is no option --'],
    ['a letter of the table that stands for a long option', ['-\u1000'], 'there is no option -\u1000'],
    ['a value on a flag', ['--json=yes'], '--json takes no value'],
    ['an empty value on a flag', ['--json='], '--json takes no value'],
    ['a missing value', ['--as'], '--as needs a value'],
    [
      'an option where a value is expected',
      ['--as', '--json'],
      '--as needs a value, found --json; write --as=--json if that is meant',
    ],
    [
      'the end of options where a value is expected',
      ['--as', '--', 'x'],
      '--as needs a value, found --; write --as=-- if that is meant',
    ],
    ['a second value', ['--as', 'a', '--as=b'], '--as was given twice'],
    ['a second flag', ['--json', 'x', '--json'], '--json was given twice'],
    ['a letter and its long name', ['-q', '--quiet'], '--quiet was given twice'],
    ['control characters', ['--a\u001b[2J'], 'there is no option --a\\x1b[2J'],
  ])('refuses %s', (_, args, expected) => {
    expect(message(...args)).toBe(expected);
  });

  it('ends, and never throws, whatever it is given', () => {
    const word = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('--as', '--as=', '--json', '-q', '-0', '--', '-', '--=', '--toString', '-\u1001x', '--extra'),
    );
    fc.assert(
      fc.property(fc.array(word), fc.boolean(), (args, stop) => {
        expect(
          parse(args, stop).match(
            () => 'USAGE',
            (error) => error.code,
          ),
        ).toBe('USAGE');
      }),
      { numRuns: 2000 },
    );
  });

  it('loses no operand and changes none', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }).filter((s) => !s.startsWith('-') || s === '-')), (args) => {
        expect(parse(args)._unsafeUnwrap().operands).toEqual(args);
      }),
    );
  });
});
