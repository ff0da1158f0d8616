import { describe, expect, it } from 'vitest';
import { describeRun } from '../../../src/systemd/manager/describeRun.js';
import type { RunState } from '../../../src/systemd/manager/runState.js';

const STATE: RunState = {
  loadState: 'loaded',
  activeState: 'activating',
  subState: 'auto-restart',
  result: 'exit-code',
  mainPid: 0,
  nRestarts: 2,
  invocationId: '',
  execMainCode: 'exited',
  execMainStatus: 3,
  exitExplained: null,
  failedCommand: null,
  jobPending: false,
  skipped: false,
};

describe('describeRun', () => {
  it('says where the unit stands, how its process ended and how often it came back', () => {
    expect(describeRun(STATE)).toBe(
      "it is activating (auto-restart), result 'exit-code', exit status 3, restarted 2 times",
    );
    expect(describeRun({ ...STATE, exitExplained: '217/USER: why', nRestarts: 1 })).toContain(
      'exit status 217/USER: why, restarted 1 time',
    );
    expect(describeRun({ ...STATE, execMainCode: 'killed', execMainStatus: 9 })).toContain('killed by SIGKILL');
    expect(describeRun({ ...STATE, execMainCode: 'dumped', execMainStatus: 11 })).toContain('dumped core on SIGSEGV');
    expect(describeRun({ ...STATE, execMainCode: null, nRestarts: 0 })).toBe(
      "it is activating (auto-restart), result 'exit-code'",
    );
    const failed = { setting: 'ExecStartPre', code: 'exited', status: 4, exitExplained: null } as const;
    expect(describeRun({ ...STATE, execMainCode: null, failedCommand: failed, nRestarts: 0 })).toBe(
      "it is activating (auto-restart), result 'exit-code', ExecStartPre=: exit status 4",
    );
    expect(
      describeRun({ ...STATE, subState: 'dead', result: '', execMainCode: null, skipped: true, nRestarts: 0 }),
    ).toBe('it is activating (dead), a Condition…= or Assert…= of it does not hold');
  });
});
