// @module-tag root
// @module-tag slow
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { okAsync } from 'neverthrow';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { probeDispatch } from '../../../src/kimaki/dispatch/probeDispatch.js';
import type { DispatchProbe, DispatchProbeRequest } from '../../../src/kimaki/dispatch/dispatchProbe.js';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import type { Identity } from '../../../src/posix/accounts/identity.js';

let www: Identity;
let nobody: Identity;
beforeAll(async () => {
  www = (await lookupIdentity('www-data'))._unsafeUnwrap();
  nobody = (await lookupIdentity('nobody'))._unsafeUnwrap();
});

let dir = '';
let dataDir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'probe-'));
  await chmod(dir, 0o755);
  dataDir = join(dir, 'data');
  await mkdir(dataDir);
  await chown(dataDir, nobody.user.uid, nobody.user.gid);
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function program(script: string, name = 'kimaki'): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

async function probe(command: string, changes: Partial<DispatchProbeRequest> = {}): Promise<DispatchProbe> {
  const request = { command, caller: www, opens: { identity: nobody, dataDir }, timeoutMs: 5_000 };
  return (await probeDispatch({ ...request, ...changes }))._unsafeUnwrap();
}

const VERSION_ONLY = '#!/bin/sh\n[ "$1" = --version ] || [ "$1" = --help ] || exit 9\necho 1\n';

describe('a chain that works', () => {
  it('is proven link by link without sending, and delivery is not claimed', async () => {
    const found = await probe(await program(VERSION_ONLY));
    expect(found).toMatchObject({ ok: true, broken: null });
    expect(found.links.map(({ link, ok }) => [link, ok])).toEqual([
      ['command', true],
      ['start', true],
      ['start-without-path', true],
      ['data-directory', true],
      ['delivery', null],
    ]);
  });

  it('is walked as the caller, with nothing but a PATH and then with nothing at all', async () => {
    const log = join(dir, 'log');
    await writeFile(log, '');
    await chmod(log, 0o666);
    await probe(
      await program(`#!/bin/sh\necho "$(/usr/bin/id -un)|$(/usr/bin/tr '\\0' ' ' < /proc/$$/environ)" >> ${log}\n`),
      {
        env: { KIMAKI_LOCK_PORT: '30000' },
        path: '/usr/bin:/bin',
      },
    );
    const { readFile } = await import('node:fs/promises');
    const runs = (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/[| ]/).sort());
    expect(runs).toEqual([
      ['KIMAKI_LOCK_PORT=30000', 'PATH=/usr/bin:/bin', 'www-data'],
      ['KIMAKI_LOCK_PORT=30000', 'www-data'],
    ]);
  });
});

describe('a broken chain', () => {
  it('is named where the command is missing', async () => {
    const found = await probe(join(dir, 'absent'));
    expect(found.broken).toMatchObject({ link: 'command', fault: 'command-missing' });
    expect(found.links.filter(({ ok }) => ok === null).map(({ link }) => link)).toEqual([
      'start',
      'start-without-path',
      'data-directory',
    ]);
  });

  it('is named with the directory that refuses, its mode included', async () => {
    const home = join(dir, 'home');
    await mkdir(home, { mode: 0o750 });
    const command = join(home, 'kimaki');
    await writeFile(command, VERSION_ONLY, { mode: 0o755 });
    const { broken } = await probe(command);
    expect(broken).toMatchObject({ link: 'command', fault: 'command-unreachable', blockedAt: home });
    expect(broken?.detail).toContain(home);
  });

  it('is named where the interpreter is not in the caller’s reach', async () => {
    const { broken } = await probe(await program('#!/usr/bin/env node-of-root\n'));
    expect(broken?.link).toBe('command');
    expect(broken?.detail).toContain('node-of-root');
  });

  it('is named where it only works with a PATH', async () => {
    await mkdir(join(dir, 'bin'));
    await program('#!/bin/sh\n', 'bin/node-here');
    const { broken, links } = await probe(await program('#!/usr/bin/env node-here\n'), {
      path: `${dir}/bin:/usr/bin:/bin`,
    });
    expect(links.slice(0, 2).map(({ ok }) => ok)).toEqual([true, true]);
    expect(broken).toMatchObject({ link: 'start-without-path', fault: 'interpreter-missing' });
  });

  it('is named where it hangs, and nothing of it is left', async () => {
    const command = await program('#!/bin/sh\nsleep 300 &\necho $! > "$1-pid" 2>/dev/null\nsleep 301\n');
    const { broken } = await probe(command, { timeoutMs: 700 });
    expect(broken).toMatchObject({ link: 'start', fault: 'timeout' });
    expect(broken?.detail).toContain('700 ms');
  });

  it('is named where sudo reads no rule for it', async () => {
    const { broken } = await probe(await program('#!/bin/sh\nexec /usr/bin/sudo -n -u nobody /bin/true "$@"\n'));
    expect(broken).toMatchObject({ fault: 'rule-missing', link: 'hop' });
    expect(broken?.detail).toContain('no rule lets www-data run it as nobody');
  });

  it('is named where the target of sudo is missing', async () => {
    const target = join(dir, 'absent');
    const { broken } = await probe(await program(`#!/bin/sh\nexec /usr/bin/sudo -n -u nobody ${target} "$@"\n`));
    expect(broken).toMatchObject({ fault: 'target-missing', link: 'hop', blockedAt: target });
  });

  it('is named where php-fpm’s unit forbids new privileges', async () => {
    // Put together from a variable, it is not seen to be a hop.
    const { broken } = await probe(await program('#!/bin/sh\ns=/usr/bin/sudo\nexec $s -n -u nobody /bin/true\n'), {
      noNewPrivileges: true,
    });
    expect(broken).toMatchObject({ fault: 'no-new-privileges', link: 'start' });
    expect(broken?.detail).toMatch(/no new privileges/);
  });

  it('is started by whoever is to start it, and PHP that starts nothing is named', async () => {
    const { broken } = await probe(await program(VERSION_ONLY), {
      run: () => okAsync({ end: 'not-started', stderr: 'proc_open is disabled' }),
    });
    expect(broken).toMatchObject({ link: 'start', fault: 'php-cannot-start' });
    expect(broken?.detail).toContain('proc_open is disabled');
  });

  it('is not asked about data that the program does not open', async () => {
    const found = await probe(await program(VERSION_ONLY), { opens: null });
    expect(found.ok).toBe(true);
    expect(found.links.find(({ link }) => link === 'data-directory')).toMatchObject({ ok: null });
  });

  it('is named where the data directory is closed to whoever opens it', async () => {
    const command = await program(VERSION_ONLY);
    const found = await probe(command, { opens: { identity: www, dataDir } });
    expect(found.broken).toMatchObject({ link: 'data-directory', fault: 'data-directory', blockedAt: dataDir });
    await rm(dataDir, { recursive: true });
    expect((await probe(command)).broken?.detail).toContain('does not exist');
  });

  it('is named where a write-ahead log still belongs to root', async () => {
    await writeFile(join(dataDir, 'discord.db-wal'), 'x', { mode: 0o644 });
    const { broken } = await probe(await program(VERSION_ONLY));
    expect(broken).toMatchObject({ link: 'data-directory', blockedAt: join(dataDir, 'discord.db-wal') });
  });
});

describe('a message', () => {
  const args = ['send', '--channel', '{recipient}', '--prompt', '{message}'];
  const message = (): NonNullable<DispatchProbeRequest['message']> => ({
    recipient: '42',
    marker: 'wca-probe-5d1f',
    timeoutMs: 5_000,
    arrival: { roots: [dataDir], deadlineMs: 600 },
  });

  it('is sent with the channel’s own arguments and seen to arrive', async () => {
    await chmod(dataDir, 0o777);
    const command = await program(`#!/bin/sh\n[ "$1" = --help ] && exit 0\nprintf '%s|' "$@" > ${dataDir}/inbox\n`);
    const found = await probe(command, { args, message: message() });
    expect(found.links.slice(-2).map(({ link, ok }) => [link, ok])).toEqual([
      ['delivery', true],
      ['arrival', true],
    ]);
    const { readFile } = await import('node:fs/promises');
    expect(await readFile(join(dataDir, 'inbox'), 'utf8')).toBe('send|--channel|42|--prompt|wca-probe-5d1f|');
  });

  it('that is swallowed is a broken chain, although send said yes', async () => {
    const { broken, ok } = await probe(await program('#!/bin/sh\nexit 0\n'), { args, message: message() });
    expect(ok).toBe(false);
    expect(broken).toMatchObject({ link: 'arrival', fault: 'not-arrived' });
  });

  it('that cannot be sent tells why', async () => {
    const command = await program('#!/bin/sh\n[ "$1" = --help ] && exit 0\necho "no data directory" >&2\nexit 64\n');
    const { broken } = await probe(command, { args, message: message() });
    expect(broken).toMatchObject({ link: 'delivery', fault: 'data-directory' });
    expect(broken?.detail).toContain('no data directory');
  });
});
