import { describe, expect, it } from 'vitest';
import { defaultHoldSeconds } from '../../../src/systemd/watch/defaultHoldSeconds.js';

describe('defaultHoldSeconds', () => {
  it('is twice the pause before a restart, and at least 15', () => {
    expect([null, 0, 0.1, 7.5, 10, 60].map(defaultHoldSeconds)).toEqual([15, 15, 15, 15, 20, 120]);
  });
});
