import { expect, it } from 'vitest';
import { printablePath } from '../../../src/posix/paths/printablePath.js';

it('escapes control characters, direction marks and bytes that are not UTF-8, and keeps other text', () => {
  expect(printablePath('/srv/größe')).toBe('/srv/größe');
  expect(printablePath('/a\n\u001b[31m')).toBe('/a\\x0a\\x1b[31m');
  expect(printablePath('/a\u202eb')).toBe('/a\\xe2\\x80\\xaeb');
  expect(printablePath(Buffer.from([0x61, 0xff, 0x0a]))).toBe('a\\xff\\x0a');
});

it('prints no two paths alike: a backslash is doubled', () => {
  expect(printablePath('a\\x0a')).not.toBe(printablePath('a\n'));
});
