import { describe, expect, it } from 'vitest';
import { exitCodeFor } from '../../src/cli/exitCodeFor.js';

const of = (code: string, more: object = {}) => exitCodeFor({ code, message: '', ...more });

describe('exitCodeFor', () => {
  it.each([
    ['USAGE', 64],
    ['RELATIVE_PATH', 64],
    ['NOT_FOUND', 66],
    ['LOCKED', 75],
    ['NEEDS_ROOT', 77],
    ['STALE_PLAN', 78],
    ['FENCE_DAMAGED', 65],
    ['SOMETHING_NEW', 65],
    ['constructor', 65],
  ])('ends %s with %d', (code, expected) => {
    expect(of(code)).toBe(expected);
  });

  it('ends what the kernel denies an ordinary user with 77', () => {
    expect(of('IO', { errno: 'EACCES' })).toBe(process.geteuid?.() === 0 ? 65 : 77);
    expect(of('IO', { errno: 'EIO' })).toBe(65);
  });
});
