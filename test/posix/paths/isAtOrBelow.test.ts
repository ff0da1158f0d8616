import { expect, test } from 'vitest';
import { isAtOrBelow } from '../../../src/posix/paths/isAtOrBelow.js';

test.each([
  ['/root', '/root', true],
  ['/root/x/y', '/root', true],
  ['/rootfs', '/root', false],
  ['/', '/root', false],
  ['/root', '/', true],
  ['/', '/', true],
])('%s is at or below %s: %s', (path, directory, expected) => {
  expect(isAtOrBelow(path, directory)).toBe(expected);
});
