import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microsecondsOf, readDuration } from '../../../../../src/systemd/load/settings/readers/readDuration.js';
import { readingOf } from '../../../support/readingOf.js';

const SECOND = 1_000_000;

/** The units of systemd.time(7), with what it says they come to. */
const UNITS: readonly (readonly [names: string, microseconds: number])[] = [
  ['usec us µs', 1],
  ['msec ms', 1_000],
  ['seconds second sec s', SECOND],
  ['minutes minute min m', 60 * SECOND],
  ['hours hour hr h', 3_600 * SECOND],
  ['days day d', 86_400 * SECOND],
  ['weeks week w', 7 * 86_400 * SECOND],
  ['months month M', 30.4375 * 86_400 * SECOND],
  ['years year y', 365.25 * 86_400 * SECOND],
];
const NAMED = UNITS.flatMap(([names, size]) => names.split(' ').map((name): [string, number] => [name, size]));

describe('microsecondsOf', () => {
  it.each(NAMED)('knows the unit %s of systemd.time(7)', (name, size) => {
    expect(microsecondsOf(`1${name}`)).toBe(size);
    expect(microsecondsOf(`2 ${name}`)).toBe(2 * size);
  });

  it('adds up parts of any units, with blanks or without', () => {
    const part = fc.tuple(fc.nat(1000), fc.constantFrom(...NAMED), fc.constantFrom('', ' '));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), fc.constantFrom('', ' '), (parts, between) => {
        const text = parts.map(([number, [name], blank]) => `${number}${blank}${name}`).join(between);
        expect(microsecondsOf(text)).toBe(parts.reduce((sum, [number, [, size]]) => sum + number * size, 0));
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it.each([
    ['5', 5 * SECOND],
    ['0', 0],
    ['1.5', 1.5 * SECOND],
    ['.5', 0.5 * SECOND],
    ['12.34 .56', 12.9 * SECOND],
    ['1min 30', 90 * SECOND],
    ['  5 s  ', 5 * SECOND],
    ['infinity', Infinity],
    [' infinity ', Infinity],
  ])('reads %j, a bare number being seconds', (text, microseconds) => {
    expect(microsecondsOf(text)).toBeCloseTo(microseconds, 0);
  });

  it.each(['', ' ', 'x', 's', '-1', '1,5', '1.5.5s', '5.s', '1e3', '0x10', 'infinity s', '5 fortnights'])(
    'takes %j for no time span',
    (text) => {
      expect(microsecondsOf(text)).toBeNull();
      expect(readingOf(readDuration, text)).toBe('ignored');
    },
  );

  it('takes what 64 bits do not hold for none', () => {
    expect(microsecondsOf('584542y')).not.toBeNull();
    expect(microsecondsOf('584543y')).toBeNull();
  });
});

describe('readDuration', () => {
  it('keeps a time span as it stands', () => {
    expect(readingOf(readDuration, '1min 30s')).toEqual(['1min 30s']);
  });
});
