import { expect, it } from 'vitest';
import { portsAgain } from '../../../src/recipes/host/observeOpen.js';

const OLD = { lockPort: 36_832, nextLockPort: 29_988, range: '32768\t60999\n' };

it('wants the lock port as it will be, and ports that are no accident', () => {
  expect(portsAgain([80, 36_832, 41_234], OLD)).toEqual([80, 29_988]);
  expect(portsAgain([36_832], { ...OLD, range: '' })).toEqual([29_988]);
  expect(portsAgain([61_000, 41_234], OLD)).toEqual([61_000]);
  expect(portsAgain([], OLD)).toEqual([]);
});
