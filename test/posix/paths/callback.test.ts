import { expect, it } from 'vitest';
import { guarded, rethrowCallback } from '../../../src/posix/paths/callback.js';

it('gives what a callback throws back as it was thrown, and leaves other exceptions alone', () => {
  const own = new RangeError('from the caller');
  const call = guarded((text: string): number => {
    if (text === '') throw own;
    return text.length;
  });
  expect(call('abc')).toBe(3);
  let caught: unknown;
  try {
    call('');
  } catch (cause) {
    caught = cause;
  }
  expect(caught).not.toBe(own);
  expect(() => rethrowCallback(caught)).toThrow(own);
  expect(() => rethrowCallback(new Error('ours'))).not.toThrow();
});
