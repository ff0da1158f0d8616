import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { askHealth, readHealth } from '../../../src/kimaki/instance/askHealth.js';

describe('the answer', () => {
  it.each([
    ['{"status":"ok","pid":42,"wrapperPid":41}', { pid: 42, wrapperPid: 41 }],
    ['{"status":"ok","pid":42,"wrapperPid":null}', { pid: 42, wrapperPid: null }],
    ['{"status":"ok","pid":42}', { pid: 42, wrapperPid: null }],
  ])('%s is that of a bridge that is well', (text, health) => {
    expect(readHealth(text)).toBeOk(health);
  });

  it.each([
    ['{"status":"starting","pid":42}', 'the status "starting"'],
    ['{"status":"ok"}', 'without the pid'],
    ['{"status":"ok","pid":-1}', 'without the pid'],
    ['{"status":"ok","pid":"42"}', 'without the pid'],
    ['<html>', 'something else'],
    ['null', 'something else'],
  ])('%s is not', (text, why) => {
    expect(readHealth(text)._unsafeUnwrapErr()).toContain(why);
  });
});

describe('a port', () => {
  let server: Server | undefined;
  afterEach(() => new Promise((done) => (server === undefined ? done(null) : server.close(done))));

  async function listening(answer: RequestListener): Promise<number> {
    server = createServer(answer);
    await new Promise<void>((ready) => server?.listen(0, '127.0.0.1', ready));
    return (server.address() as AddressInfo).port;
  }

  it('is asked again until the bridge is up', async () => {
    let asked = 0;
    const port = await listening((_, response) => {
      asked += 1;
      response.writeHead(asked < 3 ? 503 : 200).end('{"status":"ok","pid":7,"wrapperPid":6}');
    });
    expect(await askHealth(port, '/health', { deadlineMs: 10_000 })).toBeOk({ pid: 7, wrapperPid: 6 });
    expect(asked).toBe(3);
  });

  it('that answers with an error, or not at all, is not healthy', async () => {
    const port = await listening((_, response) => response.writeHead(404).end());
    expect((await askHealth(port, '/health'))._unsafeUnwrapErr().message).toContain('answers 404');
    await new Promise((done) => server?.close(done));
    expect((await askHealth(port, '/health'))._unsafeUnwrapErr().message).toContain('does not answer');
  });
});
