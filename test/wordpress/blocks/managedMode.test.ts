import { expect, it } from 'vitest';
import { managedMode } from '../../../src/wordpress/blocks/managedMode.js';

it.each([
  [0o600, 0o644],
  [0o644, 0o644],
  [0o664, 0o664],
  [0o660, 0o664],
  [0o666, 0o664],
  [0o4777, 0o664],
])('a managed mu-plugin of mode %o gets %o', (mode, wanted) => {
  expect(managedMode(mode)).toBe(wanted);
});
