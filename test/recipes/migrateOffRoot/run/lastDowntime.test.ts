import { beforeEach, expect, test, vi } from 'vitest';
import { errAsync, okAsync } from 'neverthrow';
import { lastDowntime } from '../../../../src/recipes/migrateOffRoot/run/lastDowntime.js';

const { showUnit } = vi.hoisted(() => ({ showUnit: vi.fn() }));
vi.mock(import('../../../../src/systemd/manager/index.js'), async (original) => ({ ...(await original()), showUnit }));

const times = (activeExitUsec: number | null, activeEnterUsec: number | null): object =>
  okAsync({ activeExitUsec, activeEnterUsec });

beforeEach(() => {
  showUnit.mockReset();
});

test('is from the last stop to the start after it, of several services the longest, in milliseconds', async () => {
  showUnit.mockReturnValueOnce(times(1_000_000, 2_401_000)).mockReturnValueOnce(times(1_000_000, 1_500_000));
  expect(await lastDowntime(['a.service', 'b.service'])).toBe(1401);
});

test('is unknown of what never stopped, is stopped now, or cannot be asked about', async () => {
  showUnit
    .mockReturnValueOnce(times(null, 5))
    .mockReturnValueOnce(times(9, 5))
    .mockReturnValueOnce(errAsync({ message: 'no systemd' }));
  expect(await lastDowntime(['a.service', 'b.service', 'c.service'])).toBeNull();
});
