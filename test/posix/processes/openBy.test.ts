// @module-tag linux
import { mkdtempSync, openSync, closeSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openBy, readProcess } from '../../../src/posix/processes/index.js';

const dir = mkdtempSync(join(tmpdir(), 'wca-open-'));
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

it('names the ports and the files of a process, and nothing of one that has ended', async () => {
  const self = (await readProcess(process.pid))._unsafeUnwrap();
  const path = join(dir, 'discord-sessions.db');
  const fd = openSync(path, 'w');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const [open, gone] = (await openBy([self, { ...self, pid: 2 ** 22 + 1 }], dir))._unsafeUnwrap();
  expect(open?.files).toEqual([path]);
  expect(open?.ports).toContain(port);
  expect(gone).toMatchObject({ files: [], ports: [] });
  expect((await openBy([self], null))._unsafeUnwrap()[0]?.files).toEqual([]);
  closeSync(fd);
  await new Promise((resolve) => server.close(resolve));
});
