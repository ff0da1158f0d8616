import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requestFastCgi } from '../../../src/wordpress/fpm/requestFastCgi.js';
import { answerRecords, fastCgiServer } from '../support/fastCgiServer.js';
import type { SeenRequest } from '../support/fastCgiServer.js';

let place = '';
let listen = '';
let server: Server | undefined;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'wca-fastcgi-'));
  listen = join(place, 'fpm.sock');
});
afterEach(async () => {
  server?.close();
  server = undefined;
  await rm(place, { recursive: true });
});

const request = { script: '/run/probe.php', body: '{}', timeoutMs: 5_000 };

test('a request names the script and carries the body, however long, and the output comes back whole', async () => {
  const seen: SeenRequest[] = [];
  server = await fastCgiServer(listen, (one) => {
    seen.push(one);
    return answerRecords('Status: 200\r\n\r\näöü and the rest');
  });
  const body = 'x'.repeat(200_000);
  const script = `/run/${'d'.repeat(200)}/probe.php`;
  const answer = await requestFastCgi(listen, { ...request, script, body });
  expect(answer._unsafeUnwrap()).toBe('Status: 200\r\n\r\näöü and the rest');
  expect(seen).toEqual([expect.objectContaining({ role: 1, body })]);
  expect(seen[0]?.params).toMatchObject({ SCRIPT_FILENAME: script, REQUEST_METHOD: 'POST', CONTENT_LENGTH: '200000' });
});

test('a socket without a server is unreachable', async () => {
  const refused = (await requestFastCgi(listen, request))._unsafeUnwrapErr();
  expect(refused.code).toBe('FPM_UNREACHABLE');
  expect(refused.message).toContain(listen);
});

test('a connection that is closed without an answer, and one that stays silent, are bad answers', async () => {
  server = await fastCgiServer(listen, ({ body }) => (body === 'close' ? null : undefined));
  const closed = (await requestFastCgi(listen, { ...request, body: 'close' }))._unsafeUnwrapErr();
  expect(closed).toMatchObject({ code: 'FPM_BAD_ANSWER' });
  const silent = (await requestFastCgi(listen, { ...request, timeoutMs: 100 }))._unsafeUnwrapErr();
  expect(silent).toMatchObject({ code: 'FPM_BAD_ANSWER' });
  expect(silent.message).toContain('100 ms');
});

test('an answer without an end is not read for ever', async () => {
  const endless = Buffer.concat(
    Array.from({ length: 40 }, () =>
      Buffer.concat([Buffer.from([1, 6, 0, 1, 0xff, 0xff, 0, 0]), Buffer.alloc(65_535)]),
    ),
  );
  server = await fastCgiServer(listen, () => endless);
  expect((await requestFastCgi(listen, request))._unsafeUnwrapErr()).toMatchObject({ code: 'FPM_BAD_ANSWER' });
});

test('it is stopped by its signal, before and during the request', async () => {
  server = await fastCgiServer(listen, () => undefined);
  const before = await requestFastCgi(listen, { ...request, signal: AbortSignal.abort() });
  expect(before._unsafeUnwrapErr().code).toBe('ABORTED');
  const during = await requestFastCgi(listen, { ...request, signal: AbortSignal.timeout(100) });
  expect(during._unsafeUnwrapErr().code).toBe('ABORTED');
});
