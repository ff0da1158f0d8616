import { describe, expect, it } from 'vitest';
import { isSameRun } from '../../../src/systemd/watch/holdProcess.js';
import type { RunState } from '../../../src/systemd/manager/runState.js';

const UP: RunState = {
  loadState: 'loaded',
  activeState: 'active',
  subState: 'running',
  result: 'success',
  mainPid: 7,
  nRestarts: 1,
  invocationId: 'a',
  execMainCode: null,
  execMainStatus: 0,
  exitExplained: null,
  failedCommand: null,
  jobPending: false,
  skipped: false,
};

describe('isSameRun', () => {
  it('takes a reload for the same run', () => {
    expect(isSameRun(UP, UP)).toBe(true);
    expect(isSameRun(UP, { ...UP, activeState: 'reloading', subState: 'reload' })).toBe(true);
  });

  it.each<Partial<RunState>>([
    { mainPid: 8 },
    { nRestarts: 2 },
    // Restarted by hand, and by chance with the same pid.
    { invocationId: 'b' },
    { subState: 'exited' },
    { activeState: 'deactivating', subState: 'stop-sigterm' },
  ])('is another run, or none, with %j', (change) => {
    expect(isSameRun(UP, { ...UP, ...change })).toBe(false);
  });
});
