// @module-tag root
import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../support/place.js';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import { parseCgroup, parseStartTicks, readProcess } from '../../../src/posix/processes/readProcess.js';

describe('readProcess', () => {
  it('tells of this process what this process knows of itself', async () => {
    const status = (await readProcess(process.pid))._unsafeUnwrap();
    expect(status).toMatchObject({
      pid: process.pid,
      ppid: process.ppid,
      uid: process.getuid?.(),
      euid: process.geteuid?.(),
      gid: process.getgid?.(),
      egid: process.getegid?.(),
      umask: Number.parseInt(run('sh', ['-c', 'umask']), 8),
      executable: readlinkSync('/proc/self/exe'),
    });
    expect([...status.groups].sort()).toEqual(
      (/^Groups:\t(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '')
        .trim()
        .split(' ')
        .filter((word) => word !== '')
        .map(Number)
        .sort(),
    );
    expect(status.startTicks).toBeGreaterThan(0);
  });

  it('sees ids, groups and umask of a process of another user', async () => {
    const www = (await lookupIdentity('www-data'))._unsafeUnwrap();
    const args = ['--reuid=33', '--regid=33', '--groups=33,4', '--', 'sh', '-c', 'umask 0027; echo; exec sleep 60'];
    const child = spawn('setpriv', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    try {
      const status = (await readProcess(child.pid ?? 0))._unsafeUnwrap();
      expect(status).toMatchObject({ uid: 33, euid: 33, gid: www.group.gid, umask: 0o027, ppid: process.pid });
      expect([...status.groups].sort()).toEqual([33, 4]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('says PROCESS_GONE for a pid that is none, and for a zombie', async () => {
    for (const pid of [0, -1, 1.5, Number.NaN, 4_194_305]) {
      expect((await readProcess(pid))._unsafeUnwrapErr(), String(pid)).toMatchObject({ code: 'PROCESS_GONE' });
    }
    // The shell starts a child and becomes sleep, which never collects it.
    const child = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const zombie = Number(await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve)));
    while (!/^State:\tZ/m.test(readFileSync(`/proc/${zombie}/status`, 'utf8'))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await readProcess(zombie))._unsafeUnwrapErr()).toMatchObject({ code: 'PROCESS_GONE', pid: zombie });
    child.kill('SIGKILL');
  });

  it('reads a kernel thread, which has no executable', async () => {
    const status = await readProcess(2);
    // In a container pid 2 may be an ordinary process, or nobody.
    if (status.isErr()) expect(status.error.code).toBe('PROCESS_GONE');
    else if (status.value.ppid === 0 && status.value.name === 'kthreadd')
      expect(status.value.executable).toBeUndefined();
  });
});

describe('parseStartTicks', () => {
  it('is not misled by a process name with brackets and spaces', () => {
    const rest = ['S', ...Array.from({ length: 18 }, (_, index) => String(index + 4)), '4711', '23'];
    expect(parseStartTicks(`12 (a) R (b) ${rest.join(' ')}`)).toBe(4711);
  });
});

describe('parseCgroup', () => {
  it('reads the unified hierarchy', () => {
    expect(parseCgroup('0::/system.slice/kimaki.service\n')).toBe('/system.slice/kimaki.service');
  });

  it("reads systemd's own hierarchy where the unified one is not in use", () => {
    expect(parseCgroup('12:pids:/x\n1:name=systemd:/system.slice/kimaki.service\n0::/\n')).toBe(
      '/system.slice/kimaki.service',
    );
    expect(parseCgroup('1:name=systemd:/a.slice\n')).toBe('/a.slice');
  });

  it('is empty where there are no cgroups', () => {
    expect(parseCgroup('')).toBe('');
    expect(parseCgroup('0::/\n')).toBe('/');
  });
});
