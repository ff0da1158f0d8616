import { expect, test } from 'vitest';
import { finalJobStatus, jobSucceeded } from '../../../src/wordpress/wpcli/jobStatus.js';

test.each([
  ['completed', 'completed', true],
  ['completed_no_items', 'completed_no_items', true],
  ['agent_skipped - not a music event', 'agent_skipped', true],
  ['failed', 'failed', false],
  ['failed: spawn failed', 'failed', false],
  ['cancelled', 'cancelled', false],
  ['processing', null, false],
  ['pending', null, false],
  ['waiting - completed later', null, false],
  ['completedish', null, false],
  ['', null, false],
])('%j ends as %j', (status, final, well) => {
  expect(finalJobStatus(status)).toBe(final);
  expect(jobSucceeded(status)).toBe(well);
});
