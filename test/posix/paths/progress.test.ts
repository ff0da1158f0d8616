import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { progressReporter } from '../../../src/posix/paths/progress.js';
import { rethrowCallback } from '../../../src/posix/paths/callback.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells the first report, then at most one every 100 ms, and makes no report that it does not tell', () => {
  const told: number[] = [];
  let made = 0;
  const report = progressReporter<number>((entries) => told.push(entries));
  for (let entries = 1; entries <= 250; entries += 1) {
    report(() => {
      made += 1;
      return entries;
    });
    vi.advanceTimersByTime(1);
  }
  expect(told).toEqual([1, 101, 201]);
  expect(made).toBe(3);
});

it('marks what the callback throws as thrown by the caller', () => {
  const own = new Error('from the caller');
  const report = progressReporter(() => {
    throw own;
  });
  try {
    report(() => 1);
    expect.unreachable();
  } catch (cause) {
    expect(() => rethrowCallback(cause)).toThrow(own);
  }
});

it('does nothing without a callback', () => {
  expect(() => progressReporter(undefined)(() => 1)).not.toThrow();
});
