import { expect, test } from 'vitest';
import { longestDowntime } from '../../../../src/recipes/migrateOffRoot/run/lastDowntime.js';

const times = (activeExitUsec: number | null, activeEnterUsec: number | null) => ({ activeExitUsec, activeEnterUsec });

test('is from the last stop to the start after it, of several services the longest, in milliseconds', () => {
  expect(longestDowntime([times(1_000_000, 2_401_000), times(1_000_000, 1_500_000)])).toBe(1401);
});

test('is unknown of what never stopped, and of what is stopped now', () => {
  expect(longestDowntime([times(null, 5), times(9, 5), times(9, null)])).toBeNull();
  expect(longestDowntime([])).toBeNull();
});
