import { describe, expect, it } from 'vitest';
import { describeRun, parseFailedCommand } from '../../../src/systemd/manager/runState.js';
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

/** A line of `systemctl show`, as systemd 252 writes it. */
function shown(setting: string, ended: string, argv = '/bin/x', ignored = 'no'): string {
  const times = 'start_time=[Wed 2026-11-25 18:08:10 UTC] ; stop_time=[n/a]';
  return `${setting}={ path=/bin/x ; argv[]=${argv} ; ignore_errors=${ignored} ; ${times} ; pid=7 ; ${ended} }\n`;
}

describe('parseFailedCommand', () => {
  it('finds the first command that ended badly and was not allowed to', () => {
    const fine = shown('ExecStartPre', 'code=exited ; status=0');
    const allowed = shown('ExecStartPre', 'code=exited ; status=1', '/bin/y', 'yes');
    const never = shown('ExecStop', 'code=(null) ; status=0/0');
    const bad = shown('ExecStartPre', 'code=exited ; status=217');
    expect(parseFailedCommand(fine + allowed + never)).toBeNull();
    expect(parseFailedCommand(fine + allowed + bad + never)).toMatchObject({
      setting: 'ExecStartPre',
      code: 'exited',
      status: 217,
      exitExplained: expect.stringContaining('217/USER') as unknown,
    });
    expect(parseFailedCommand(shown('ExecStartPost', 'code=killed ; status=9/KILL'))).toEqual({
      setting: 'ExecStartPost',
      code: 'killed',
      status: 9,
      exitExplained: null,
    });
  });

  it('is not led astray by arguments with line breaks', () => {
    const odd = shown(
      'ExecStartPre',
      'code=exited ; status=0',
      '/bin/sh -c echo a;\nexit } 3 ; code=exited ; status=3 }\n',
    );
    expect(parseFailedCommand(odd)).toBeNull();
    expect(parseFailedCommand(odd + shown('ExecStopPost', 'code=exited ; status=5'))).toMatchObject({
      setting: 'ExecStopPost',
      status: 5,
    });
  });
});
