import { expect, it } from 'vitest';
import { isInUse } from '../../../src/kimaki/instance/isInUse.js';

it.each([
  ['active', 'enabled', true],
  ['active', 'disabled', true],
  ['activating', 'disabled', true],
  ['inactive', 'enabled', true],
  ['failed', 'enabled-runtime', true],
  ['inactive', 'disabled', false],
  ['failed', 'disabled', false],
  ['inactive', 'masked', false],
])('%s and %s: %s', (activeState, unitFileState, used) => {
  expect(isInUse({ state: { activeState, unitFileState } })).toBe(used);
});
