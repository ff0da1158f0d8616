import { describe, expect, it } from 'vitest';
import { parseFailedCommand } from '../../../src/systemd/manager/failedCommand.js';

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
