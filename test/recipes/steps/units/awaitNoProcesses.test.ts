// @module-tag slow
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { awaitNoProcesses, findProcesses, strangers } from '../../../../src/recipes/steps/units/awaitNoProcesses.js';
import { tempDir } from '../../tempDir.js';

test('the grace time ends although the clock is set back meanwhile', async () => {
  const dir = tempDir();
  writeFileSync(join(dir, 'open'), '');
  const held = openSync(join(dir, 'open'), 'r');
  let now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => (now -= 60_000));
  onTestFinished(() => {
    vi.restoreAllMocks();
    closeSync(held);
  });
  const waited = await awaitNoProcesses(
    { paths: [dir], units: [], graceSeconds: 0 },
    new AbortController().signal,
    'run again',
  );
  expect(waited).toBeErr({ code: 'PROCESSES_LEFT' });
}, 20_000);

test('a message that is being sent is waited for, and one that another account sends is not', async () => {
  const program = join(tempDir(), 'target');
  const sender = spawn('sh', ['-c', 'sh -c "read line; exit"', program, 'send'], {
    cwd: dirname(program),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  onTestFinished(() => void sender.kill('SIGKILL'));
  await once(sender, 'spawn');
  const left = async (uid: number | null): Promise<readonly string[]> =>
    (await findProcesses({ paths: [], units: [], callers: [{ program, uid }] }))
      ._unsafeUnwrap()
      .map(({ what }) => what);
  const expected = [`pid ${sender.pid ?? 0} (sh) sends a message with ${program}`];
  expect(await left(null)).toEqual(expected);
  expect(await left(process.getuid?.() ?? 0)).toEqual(expected);
  expect(await left(4_000_000)).toEqual([]);
  const several = [
    { program: '/no/such/program', uid: null },
    { program, uid: null },
  ];
  expect(
    (await findProcesses({ paths: [], units: [], callers: several }))._unsafeUnwrap().map(({ what }) => what),
  ).toEqual(expected);
  const opened = { paths: [dirname(program)], units: [], callers: [{ program, uid: null }] };
  const child = spawn('sleep', ['600'], { cwd: dirname(program), stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  expect((await strangers(opened))._unsafeUnwrap()).toMatchObject([{ pid: child.pid }]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await strangers(opened))._unsafeUnwrap()).toEqual([]);
  // Whoever can start such a process holds nothing up for longer than the grace time.
  const signal = new AbortController().signal;
  const without = { paths: [], units: [], callers: [{ program, uid: null }], graceSeconds: 0 };
  expect(await awaitNoProcesses(without, signal, 'run again')).toBeOk();
  expect(await awaitNoProcesses({ ...without, paths: [dirname(program)] }, signal, 'run again')).toBeErr({
    code: 'PROCESSES_LEFT',
  });
  sender.stdin.end();
  const args = { paths: [], units: [], callers: [{ program, uid: null }], graceSeconds: 60 };
  expect(await awaitNoProcesses(args, new AbortController().signal, 'run again')).toBeOk();
});
