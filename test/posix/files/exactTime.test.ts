// @module-tag linux
import { execFileSync } from 'node:child_process';
import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { exactTime, isExactTime } from '../../../src/posix/files/exactTime.js';
import { freshPlace } from '../support/place.js';

describe('exactTime', () => {
  it.each([
    0n,
    1n,
    999_999_999n,
    1_700_000_000_123_456_789n,
    -1n,
    -500_000_000n,
    -1_000_000_000n,
    -86_400_000_000_001n,
  ])('prints %s ns so that touch sets exactly that', (ns) => {
    const path = join(freshPlace(), 'file');
    writeFileSync(path, '');
    execFileSync('touch', ['-m', `--date=@${exactTime(ns)}`, path]);
    expect(lstatSync(path, { bigint: true }).mtimeNs).toBe(ns);
    expect(isExactTime(exactTime(ns))).toBe(true);
  });
});

test('a time that was cut off is none', () => {
  for (const text of ['', '-', '12', '-12.', '12.12345678', '12.123456789 ', '--1.000000000'])
    expect(isExactTime(text), text).toBe(false);
});
