// @module-tag systemd
import { describe, expect, it } from 'vitest';
import { explainExitStatus } from '../../../src/systemd/manager/explainExitStatus.js';
import { runProgram } from '../../../src/posix/programs/runProgram.js';

describe('explainExitStatus', () => {
  it('knows the statuses by which systemd says why it could not start a program', () => {
    for (const [status, name] of [
      [200, 'CHDIR'],
      [203, 'EXEC'],
      [208, 'STDIN'],
      [209, 'STDOUT'],
      [216, 'GROUP'],
      [217, 'USER'],
      [226, 'NAMESPACE'],
      [243, 'CREDENTIALS'],
    ] as const) {
      expect(explainExitStatus(status)).toMatch(new RegExp(`^${status}/${name}: .`));
    }
  });

  it('leaves the statuses of programs alone', () => {
    expect([0, 1, 2, 64, 126, 127, 143, 199, 223, 234, 247, 255].map(explainExitStatus)).toEqual(Array(12).fill(null));
  });

  it('has the names that systemd has', async () => {
    const listed = (await runProgram('systemd-analyze', ['exit-status', '--no-pager']))._unsafeUnwrap().stdout;
    for (const [, name = '', status = ''] of listed.matchAll(/^(\S+)\s+(\d+)\s+systemd$/gm)) {
      if (Number(status) >= 200 && Number(status) < 255)
        expect(explainExitStatus(Number(status)), listed).toContain(`${status}/${name}: `);
    }
  });
});
