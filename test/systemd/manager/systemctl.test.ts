import { describe, expect, it } from 'vitest';
import type { ProgramResult } from '../../../src/posix/programs/runProgram.js';
import { systemctlFailed } from '../../../src/systemd/manager/systemctl.js';

function ended(exitCode: number, stderr: string): ProgramResult {
  return { command: ['/usr/bin/systemctl'], exitCode, signal: null, stdout: '', stderr, durationMs: 1 };
}

describe('systemctlFailed', () => {
  it('tells a missing unit, a masked one and every other failure apart', () => {
    expect(
      systemctlFailed(ended(5, 'Failed to start x.service: Unit x.service not found.\n'), 'start', 'x.service').code,
    ).toBe('UNIT_NOT_FOUND');
    expect(
      systemctlFailed(ended(5, 'Failed to stop x.service: Unit x.service not loaded.\n'), 'stop', 'x.service').code,
    ).toBe('UNIT_NOT_FOUND');
    expect(
      systemctlFailed(ended(1, 'Failed to start x.service: Unit x.service is masked.\n'), 'start', 'x.service').code,
    ).toBe('UNIT_MASKED');
    expect(
      systemctlFailed(
        ended(1, 'Failed to enable unit: Unit file /etc/systemd/system/x.service is masked.\n'),
        'enable',
        'x.service',
      ).code,
    ).toBe('UNIT_MASKED');
    expect(systemctlFailed(ended(1, 'Failed to reload daemon: Access denied\n'), 'daemon-reload', null)).toMatchObject({
      code: 'SYSTEMCTL_FAILED',
      verb: 'daemon-reload',
      message: 'systemctl daemon-reload exited 1: Failed to reload daemon: Access denied',
    });
  });

  it('does not take what the unit needs for the unit itself', () => {
    for (const state of ['not found', 'is masked']) {
      const failed = systemctlFailed(
        ended(5, `Failed to start x.service: Unit y.service ${state}.\n`),
        'start',
        'x.service',
      );
      expect(failed.code).toBe('SYSTEMCTL_FAILED');
      expect(failed.message).toContain('y.service');
    }
  });

  it('hides secrets in what systemctl said', () => {
    const failed = systemctlFailed(ended(1, 'x.service: --token canary is bad'), 'start', 'x.service');
    expect(JSON.stringify(failed)).not.toContain('canary');
  });
});
