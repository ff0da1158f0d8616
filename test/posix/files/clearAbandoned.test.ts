import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { clearAbandoned } from '../../../src/posix/files/clearAbandoned.js';

function place(): string {
  const dir = mkdtempSync(join(tmpdir(), 'wca-clear-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

/** The pid of a process that has ended. */
function gone(): number {
  return spawnSync('true').pid;
}

const named = (name: string, pid: number): string => `.${name}.wca-${pid}-0123456789ab`;

test('what killed calls for this path left is removed, files and empty directories', async () => {
  const dir = place();
  writeFileSync(join(dir, 'kept.service'), 'x');
  writeFileSync(join(dir, named('kept.service', gone())), 'half');
  mkdirSync(join(dir, named('kept.service', gone())));
  expect(await clearAbandoned(join(dir, 'kept.service'))).toBeOk();
  expect(readdirSync(dir)).toEqual(['kept.service']);
  expect(await clearAbandoned(join(dir, 'kept.service'))).toBeOk();
});

test('what is of a living process, of another path, or not empty stays', async () => {
  const dir = place();
  const stays = [named('a', process.pid), named('b', gone())].sort();
  for (const name of stays) writeFileSync(join(dir, name), 'x');
  const full = named('a', gone());
  mkdirSync(join(dir, full, 'inside'), { recursive: true });
  expect(await clearAbandoned(join(dir, 'a'))).toBeOk();
  expect(readdirSync(dir).sort()).toEqual([...stays, full].sort());
});

test('a pid that another process has by now protects nothing', async () => {
  const dir = place();
  const child = spawn('sleep', ['60']);
  onTestFinished(() => void child.kill());
  const name = named('a', child.pid ?? 0);
  writeFileSync(join(dir, name), 'x');
  expect(await clearAbandoned(join(dir, 'a'))).toBeOk();
  expect(readdirSync(dir)).toEqual([name]);
  // A process that began an hour after the file was last changed, as after a reboot; nobody can set that time back.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  onTestFinished(() => void vi.useRealTimers());
  expect(await clearAbandoned(join(dir, 'a'))).toBeOk();
  expect(readdirSync(dir)).toEqual([]);
});

test('a directory above that is not there is nothing to clear', async () => {
  expect(await clearAbandoned('/nonexistent/wca/file')).toBeOk();
});
