// @module-tag root
// @module-tag php-cli
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runInFpm } from '../../../src/wordpress/fpm/runInFpm.js';
import type { RunInFpmOptions } from '../../../src/wordpress/fpm/runInFpm.js';
import { answerRecords, fastCgiServer, runScript } from '../support/fastCgiServer.js';

// The real php-fpm is in the lab. Here the same script runs in PHP's command line, behind a FastCGI server of the test.
let place = '';
let listen = '';
let server: Server | undefined;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'wca-fpm-'));
  listen = join(place, 'fpm.sock');
});
afterEach(async () => {
  server?.close();
  server = undefined;
  await rm(place, { recursive: true });
});

type Ran = Awaited<ReturnType<typeof runInFpm>>;

async function run(command: readonly string[], options: RunInFpmOptions = {}): Promise<Ran> {
  server = await fastCgiServer(listen, (request) => answerRecords(runScript(request)));
  return runInFpm({ listen, user: 'www-data', group: null }, command, options);
}

/** A server that answers the token of the request with these fields. */
async function answered(change: (token: string) => string): Promise<Ran> {
  server = await fastCgiServer(listen, ({ body }) => {
    const { token } = JSON.parse(body) as { token: string };
    return answerRecords(`Content-Type: text/html\r\n\r\n${change(token)}`);
  });
  return runInFpm({ listen, user: 'www-data', group: null }, ['/bin/true']);
}

test('the exit status and the output of the command come back, and its environment is the one given', async () => {
  const ran = await run(['/bin/sh', '-c', 'echo "$A"; echo "$HOME" >&2; exit 3'], { env: { A: 'one' } });
  expect(ran._unsafeUnwrap()).toEqual({ end: 'exited', exitCode: 3, stdout: 'one\n', stderr: '\n' });
});

test('a command that a signal ends, that runs too long, or that cannot be executed is told apart', async () => {
  expect((await run(['/bin/sh', '-c', 'kill -9 $$']))._unsafeUnwrap()).toMatchObject({ end: 'signalled', signal: 9 });
  server?.close();
  expect((await run(['/bin/sleep', '5'], { timeoutMs: 200 }))._unsafeUnwrap()).toEqual({ end: 'timeout' });
  server?.close();
  const missing = (await run(['/no/such/program']))._unsafeUnwrap();
  expect(missing.end === 'not-started' || (missing.end === 'exited' && missing.exitCode === 127)).toBe(true);
});

test('an answer without the token is no answer of the script, and is quoted without markup and secrets', async () => {
  const refused = (await answered(() => '<p>File not found. DB_PASSWORD=hunter2</p>'))._unsafeUnwrapErr();
  expect(refused.code).toBe('FPM_BAD_ANSWER');
  expect(refused.message).toContain('File not found.');
  expect(refused.message).not.toMatch(/hunter2|<p>/);
});

test.each([
  [{ end: 'exited', exitCode: '0', stdout: '', stderr: '' }, '"exitCode"'],
  [{ end: 'exited', exitCode: 0, stdout: '' }, '"stderr"'],
  [{ end: 'vanished' }, '"end"'],
])('the answer %j is refused with the field', async (fields, named) => {
  const refused = (await answered((token) => JSON.stringify({ ...fields, token })))._unsafeUnwrapErr();
  expect(refused.code).toBe('FPM_BAD_ANSWER');
  expect(refused.message).toContain(named);
});

test('nothing of it stays below /run, whatever happened', async () => {
  const before = readdirSync('/run').filter((name) => name.startsWith('wca-fpm-'));
  expect((await run(['/bin/true'])).isOk()).toBe(true);
  const unreachable = await runInFpm({ listen: join(place, 'none'), user: 'www-data', group: null }, ['/bin/true']);
  expect(unreachable._unsafeUnwrapErr().code).toBe('FPM_UNREACHABLE');
  const stopped = await runInFpm({ listen, user: 'www-data', group: null }, ['/bin/true'], {
    signal: AbortSignal.abort(),
  });
  expect(stopped._unsafeUnwrapErr().code).toBe('ABORTED');
  expect(readdirSync('/run').filter((name) => name.startsWith('wca-fpm-'))).toEqual(before);
  expect(existsSync(listen)).toBe(true);
});
