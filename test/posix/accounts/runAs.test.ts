// @module-tag root
import { chmod, chown, copyFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../../../src/posix/accounts/identity.js';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import { runAs } from '../../../src/posix/accounts/runAs.js';
import { runProgram } from '../../../src/posix/programs/runProgram.js';

let dir = '';
let www: Identity;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'runas-'));
  await chmod(dir, 0o755);
  www = (await lookupIdentity('www-data'))._unsafeUnwrap();
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

describe('runAs', () => {
  it('runs as the user with its primary group and every group the host gives it', async () => {
    const ids = (await runAs(www, 'id', []))._unsafeUnwrap().stdout.trim();
    expect(ids).toBe((await runProgram('id', ['www-data']))._unsafeUnwrap().stdout.trim());
  });

  it('refuses a program inside a 0700 directory of root, as the kernel refuses that user', async () => {
    const closed = join(dir, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await copyFile('/bin/true', join(closed, 'prog'));
    await chmod(join(closed, 'prog'), 0o755);
    const file = join(closed, 'prog');
    expect((await runAs(www, file, []))._unsafeUnwrap().exitCode).toBe(126);
    // The reason for env between: setpriv alone still executes with root's capabilities.
    const naive = ['--reuid=33', '--regid=33', '--init-groups', '--', file];
    expect((await runProgram('setpriv', naive))._unsafeUnwrap().exitCode).toBe(0);
  });

  it('leaves no capability to the program', async () => {
    const ran = await runAs(www, 'grep', ['-E', '^Cap(Inh|Prm|Eff|Amb)', '/proc/self/status']);
    const values = ran
      ._unsafeUnwrap()
      .stdout.trim()
      .split('\n')
      .map((line) => line.split('\t')[1]);
    expect(values).toEqual(['0000000000000000', '0000000000000000', '0000000000000000', '0000000000000000']);
  });

  it('gives the user its own HOME, USER, LOGNAME and SHELL, the trusted PATH, and nothing else', async () => {
    const ran = await runAs(www, 'env', []);
    expect(ran._unsafeUnwrap().stdout.trim().split('\n').sort()).toEqual([
      `HOME=${www.user.home}`,
      'LC_ALL=C',
      'LOGNAME=www-data',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      `SHELL=${www.user.shell}`,
      'USER=www-data',
    ]);
  });

  it('lets the caller replace any of them, secrets included', async () => {
    const secrets = { API_TOKEN: 'canary', URL: 'https://u:p@h/' };
    const env = { ...secrets, HOME: '/elsewhere', PATH: '/bin', EMPTY: '', 'A.B': 'x=y' };
    const lines = (await runAs(www, 'env', [], { env }))._unsafeUnwrap().stdout.trim().split('\n');
    for (const [name, value] of Object.entries(env)) expect(lines).toContain(`${name}=${value}`);
  });

  it('keeps secrets out of the command line of the switch', async () => {
    const env = { API_TOKEN: 'canary-1', URL: 'https://u:canary-2@h/', PLAIN: 'seen' };
    const ran = (await runAs(www, 'true', [], { env }))._unsafeUnwrap();
    expect(ran.command.join(' ')).toContain('PLAIN=seen');
    expect(ran.command.join(' ')).not.toContain('canary');
  });

  it('does not let a variable steer the part that still runs as root', async () => {
    const env = { LD_PRELOAD: '/no/such/token.so', LD_LIBRARY_PATH: dir, LD_SECRET: 'https://u:p@h/' };
    const ran = (await runAs(www, 'env', [], { env }))._unsafeUnwrap();
    // The loader complains once for each program it starts with the variable: env, never setpriv.
    const starts = ran.stderr.split('\n').filter((line) => line.includes('ld.so'));
    expect(starts).toHaveLength(1);
    expect(ran.stdout).toContain('LD_SECRET=https://u:p@h/');
  });

  it('makes new files with umask 022 unless told otherwise', async () => {
    const open = join(dir, 'open');
    await mkdir(open);
    await chown(open, 33, 33);
    expect(await runAs(www, 'touch', [join(open, 'default')])).toBeOk();
    expect(await runAs(www, 'touch', [join(open, 'shared')], { umask: 0o002 })).toBeOk();
    expect((await stat(join(open, 'default'))).mode & 0o777).toBe(0o644);
    expect(await stat(join(open, 'shared'))).toMatchObject({ uid: 33, gid: 33 });
    expect((await stat(join(open, 'shared'))).mode & 0o777).toBe(0o664);
  });

  it('enters the working directory as the user', async () => {
    const closed = join(dir, 'closed-cwd');
    await mkdir(closed, { mode: 0o700 });
    expect((await runAs(www, 'pwd', [], { cwd: closed }))._unsafeUnwrap().exitCode).toBe(125);
    expect((await runAs(www, 'pwd', [], { cwd: dir }))._unsafeUnwrap().stdout).toBe(`${dir}\n`);
  });

  it('runs a program whose path holds an equals sign', async () => {
    const file = join(dir, 'a=b');
    await writeFile(file, '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
    expect((await runAs(www, file, ['x', '--y']))._unsafeUnwrap().stdout).toBe('x --y\n');
  });

  it('answers 127 for a program that is not in the PATH of the user', async () => {
    expect((await runAs(www, 'no-such-program-here', []))._unsafeUnwrap().exitCode).toBe(127);
  });

  it('kills what it started as the other user when the time is over', async () => {
    const ran = await runAs(www, 'sleep', ['300'], { timeoutMs: 300 });
    expect(ran._unsafeUnwrapErr().code).toBe('PROGRAM_TIMEOUT');
  });
});
