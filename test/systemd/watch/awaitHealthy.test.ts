import { describe, expect, it } from 'vitest';
import { awaitHealthy, isSameRun, defaultWatchMs } from '../../../src/systemd/watch/awaitHealthy.js';
import type { RunState } from '../../../src/systemd/manager/runState.js';

describe('awaitHealthy', () => {
  it('refuses what is no unit name before it does anything; the rest is tested on a booted host', async () => {
    for (const name of ['', '../x.service', '--now', 'a b.service', 'kimaki']) {
      expect((await awaitHealthy(name, { watchMs: 1000, deadlineMs: 1000 }))._unsafeUnwrapErr().code).toBe(
        'INVALID_UNIT_NAME',
      );
    }
  });
});

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

describe('defaultWatchMs', () => {
  it('is twice the pause before a restart, and at least 15', () => {
    expect([null, 0, 1e5, 7.5e6, 1e7, 6e7].map(defaultWatchMs)).toEqual([
      15_000, 15_000, 15_000, 15_000, 20_000, 120_000,
    ]);
  });
});
