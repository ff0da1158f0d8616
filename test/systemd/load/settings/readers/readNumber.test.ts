import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readInteger,
  readMode,
  readUnsigned,
  unsignedOf,
} from '../../../../../src/systemd/load/settings/readers/readNumber.js';
import { readingOf } from '../../../support/readingOf.js';

describe('unsignedOf', () => {
  it('reads every number in each of its spellings', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 40n }), (number) => {
        const spellings = [
          `${number}`,
          `+${number}`,
          `0x${number.toString(16)}`,
          `0X${number.toString(16).toUpperCase()}`,
          `0o${number.toString(8)}`,
          `0b${number.toString(2)}`,
          `0${number.toString(8)}`,
        ];
        expect(spellings.map(unsignedOf)).toEqual(spellings.map(() => number));
      }),
      { numRuns: 50, seed: 7 },
    );
  });

  it.each(['', '-1', '08', '1.5', '0x', '0o8', '0b2', 'x', '1 0', ' 1', '1 ', '++1'])('takes %j for none', (text) => {
    expect(unsignedOf(text)).toBeNull();
  });

  it('takes minus zero for zero', () => {
    expect(unsignedOf('-0')).toBe(0n);
  });
});

describe('readUnsigned', () => {
  it('ends below 2^32', () => {
    expect(readingOf(readUnsigned, '4294967295')).toEqual(['4294967295']);
    expect(readingOf(readUnsigned, '4294967296')).toBe('ignored');
    expect(readingOf(readUnsigned, '0x100000000')).toBe('ignored');
  });
});

describe('readInteger', () => {
  const nice = readInteger(-20, 19);

  it.each(['-20', '19', '+5', '0', '-0x14', '010'])('takes %j for a niceness', (text) => {
    expect(readingOf(nice, text)).toEqual([text]);
  });

  it.each(['-21', '20', '--5', '+-5', '', '-', '1.5', 'x'])('takes %j for none', (text) => {
    expect(readingOf(nice, text)).toBe('ignored');
  });
});

describe('readMode', () => {
  it.each(['0002', '2', '022', '07777', '00000002'])('takes %j for a mode', (text) => {
    expect(readingOf(readMode, text)).toEqual([text]);
  });

  it.each(['', '9', '10000', '77777', '0x2', '-2', '+2', '0o2', '022 ', 'zz # c'])('takes %j for none', (text) => {
    expect(readingOf(readMode, text)).toBe('ignored');
  });
});
