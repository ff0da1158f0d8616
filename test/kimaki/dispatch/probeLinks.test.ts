// @module-tag root
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DispatchProbeRequest } from '../../../src/kimaki/dispatch/dispatchProbe.js';
import {
  arrive,
  byToken,
  dataDirectory,
  deliver,
  programReachable,
  reachable,
  start,
} from '../../../src/kimaki/dispatch/probeLinks.js';
import type { Identity } from '../../../src/posix/accounts/identity.js';

const group = { name: 'www-data', gid: 33, members: [] };
const WWW: Identity = {
  user: { name: 'www-data', uid: 33, gid: 33, home: '/var/www', shell: '/usr/sbin/nologin' },
  group,
  groups: [group],
};

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'links-'));
  await chmod(dir, 0o755);
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const request = (changes: Partial<DispatchProbeRequest> = {}): DispatchProbeRequest => ({
  command: join(dir, 'kimaki'),
  caller: WWW,
  opens: null,
  ...changes,
});

async function program(name: string, mode = 0o755): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, mode);
  return path;
}

describe('reachable', () => {
  it('tells a missing command from one that the caller may not execute, and leaves bare names to the run', async () => {
    expect((await reachable(request()))._unsafeUnwrap()).toMatchObject({ fault: 'command-missing' });
    const command = await program('closed', 0o700);
    expect((await reachable(request({ command })))._unsafeUnwrap()).toMatchObject({
      fault: 'command-unreachable',
      blockedAt: command,
    });
    expect((await reachable(request({ command: await program('open') })))._unsafeUnwrap()).toBeNull();
    expect((await reachable(request({ command: 'kimaki' })))._unsafeUnwrap()).toBeNull();
  });
});

describe('programReachable', () => {
  const hop = { runAs: 'www-data', target: '/x', program: null, searchPath: null, environment: {}, passesAll: false };

  it('asks nothing of a hop that does not show its program', async () => {
    expect((await programReachable(hop))._unsafeUnwrap()).toBeNull();
  });

  it('names the program or the account that is missing', async () => {
    const missing = (await programReachable({ ...hop, program: join(dir, 'none') }))._unsafeUnwrap();
    expect(missing).toMatchObject({ fault: 'program-unreachable', detail: `${join(dir, 'none')} does not exist` });
    const path = await program('there');
    expect((await programReachable({ ...hop, program: path }))._unsafeUnwrap()).toBeNull();
    const absent = await programReachable({ ...hop, program: path, runAs: 'wca-no-such-user' });
    expect(absent._unsafeUnwrap()?.detail).toContain('the hop leads to the account wca-no-such-user');
  });
});

describe('start and deliver', () => {
  it('run the command with exactly these arguments, and tell how it ended', async () => {
    const calls: (readonly string[])[] = [];
    const run: DispatchProbeRequest['run'] = (command) => {
      calls.push(command);
      return okAsync({ exitCode: 0, signal: null, stderr: '' });
    };
    const asked = request({ run, args: ['send', '{recipient}', '{message}'] });
    expect((await start(asked, null, {}))._unsafeUnwrap()).toBeNull();
    const message = { recipient: '1002', marker: 'marker-1', arrival: { roots: [] } };
    expect((await deliver(asked, message))._unsafeUnwrap()).toBeNull();
    expect(calls).toEqual([
      [asked.command, '--help'],
      [asked.command, 'send', '1002', 'marker-1'],
    ]);
  });

  it.each([
    [{ end: 'timeout', stderr: '' }, 'timeout'],
    [{ end: 'not-started', stderr: 'disabled' }, 'php-cannot-start'],
  ] as const)('say of %j %s', async (end, fault) => {
    expect((await start(request({ run: () => okAsync(end) }), null, {}))._unsafeUnwrap()).toMatchObject({ fault });
  });
});

describe('dataDirectory', () => {
  it('wants the directory, every database in it and what lies beside them to be writable', async () => {
    const dataDir = join(dir, 'data');
    const ask = async (): Promise<unknown> => (await dataDirectory({ identity: WWW, dataDir }))._unsafeUnwrap();
    expect(await ask()).toMatchObject({ fault: 'data-directory', blockedAt: null });
    await mkdir(dataDir);
    expect(await ask()).toMatchObject({ fault: 'data-directory', blockedAt: dataDir });
    await chown(dataDir, 33, 33);
    await writeFile(join(dataDir, 'notes.txt'), '');
    expect(await ask()).toBeNull();
    await writeFile(join(dataDir, 'kimaki.db-wal'), '');
    expect(await ask()).toMatchObject({ blockedAt: join(dataDir, 'kimaki.db-wal') });
  });
});

describe('arrive', () => {
  it('finds the message in what was written since, or says where it looked', async () => {
    const message = { recipient: '1', marker: 'marker-1234', arrival: { roots: [dir], deadlineMs: 0 } };
    expect((await arrive(message, Date.now()))._unsafeUnwrap()).toMatchObject({ fault: 'not-arrived' });
    await writeFile(join(dir, 'session'), 'it says marker-1234');
    expect((await arrive(message, Date.now()))._unsafeUnwrap()).toBeNull();
  });
});

describe('byToken', () => {
  const ended =
    (exitCode: number, stderr = '') =>
    (): ReturnType<NonNullable<DispatchProbeRequest['run']>> =>
      okAsync({ exitCode, signal: null, stderr });

  async function asked(run: DispatchProbeRequest['run'], modes: { token?: number; database?: number } = {}) {
    const token = join(dir, 'token');
    const database = join(dir, 'discord-sessions.db');
    for (const path of [token, database]) await writeFile(path, 'x');
    await chmod(token, modes.token ?? 0o644);
    await chmod(database, modes.database ?? 0o600);
    const given = { variable: 'TOKEN_FILE', database };
    const env = { TOKEN_FILE: token };
    return (await byToken(request({ env, ...(run === undefined ? {} : { run }) }), given))._unsafeUnwrap();
  }

  it('is proven by the refusal of a message that is none, and by nothing else', async () => {
    expect(await asked(ended(64, 'Prompt is required. Use --prompt <prompt>'))).toBeNull();
    expect(await asked(ended(0))).toMatchObject({ fault: 'token' });
    expect(await asked(ended(127))).toMatchObject({ fault: 'command-missing' });
  });

  it.each(['Roadie bot rejected the send (401): unauthorized', 'Could not reach the running Roadie bot on port 1'])(
    'is broken where the program says: %s',
    async (stderr) => {
      const broken = await asked(ended(1, stderr));
      expect(broken).toMatchObject({ fault: 'token' });
      expect(broken?.detail).toContain(stderr);
    },
  );

  it('is not tried where the caller cannot read the token, or would use the database by itself', async () => {
    const never = () => {
      throw new Error('it was run');
    };
    expect(await asked(never, { token: 0o600 })).toMatchObject({ fault: 'token', blockedAt: join(dir, 'token') });
    expect((await asked(never, { database: 0o666 }))?.detail).toContain('instead of asking the service');
    const none = await byToken(request(), { variable: 'TOKEN_FILE', database: '/x' });
    expect(none._unsafeUnwrap()?.detail).toContain('no TOKEN_FILE');
  });
});
