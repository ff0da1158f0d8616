// @module-tag linux
import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { listProcesses } from '../../../src/posix/processes/listProcesses.js';

describe('listProcesses', () => {
  it('lists this process and its children, in order of pids', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    const pids = (await listProcesses())._unsafeUnwrap().map((one) => one.pid);
    child.kill('SIGKILL');
    expect(pids).toContain(process.pid);
    expect(pids).toContain(child.pid);
    expect(pids).toEqual([...pids].sort((a, b) => a - b));
  });

  it('passes over processes that end while it looks', async () => {
    const churn = spawn('sh', ['-c', 'while :; do /bin/true; done'], { stdio: 'ignore' });
    try {
      for (let round = 0; round < 20; round += 1) expect(await listProcesses()).toBeOk();
    } finally {
      churn.kill('SIGKILL');
    }
  });
});
