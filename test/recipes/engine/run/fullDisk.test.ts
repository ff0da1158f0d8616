// @module-tag root
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { runStatus } from '../../../../src/recipes/engine/run/runStatus.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

/** Larger than what is left of a block, so that its record needs a new one. */
const LARGE = 'x'.repeat(20_000);
const STEPS = [put('a', '1'), put('b', '2'), put('c', '3')];

/** A directory on a small filesystem of its own. */
function smallDisk(): string {
  const dir = tempDir();
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0700', 'tmpfs', dir]).status).toBe(0);
  onTestFinished(() => {
    spawnSync('umount', ['--lazy', dir]);
  });
  return dir;
}

/** Takes every block that is left. */
function fill(dir: string): void {
  const block = Buffer.alloc(4096, 1);
  for (let full = false; !full;) {
    try {
      writeFileSync(join(dir, 'fill'), block, { flag: 'a' });
    } catch {
      full = true;
    }
  }
}

async function stateOf(host: FakeHost): Promise<string> {
  return runStatus({ recipe: 'fake', stateDir: host.stateDir }).match(
    ({ state }) => state,
    ({ code }) => code,
  );
}

test('a disk that fills up in the middle takes the run back, in space that was kept for it', async () => {
  const dir = smallDisk();
  const host = new FakeHost(dir, { b: LARGE });
  const plan = await host.plan(STEPS);
  host.onChange = () => {
    if (host.values.a === undefined) fill(dir);
  };
  const ended = await applyPlan({ plan, registry: host.registry, stateDir: host.stateDir });
  expect(ended.isOk() && ended.value).toMatchObject({
    failed: true,
    rolledBack: true,
    error: { stepId: 'b', during: 'journal', error: { code: 'IO', errno: 'ENOSPC' } },
    undoErrors: [],
  });
  expect(host.values).toEqual({ b: LARGE });
  expect(await stateOf(host)).toBe('rolled-back');
  expect(existsSync(join(dirname(host.journal ?? ''), 'reserve'))).toBe(false);
});

test('space is kept on every other filesystem that may have to be written, and given back with the end of the run', async () => {
  const [dir, other] = [tempDir(), smallDisk()];
  const left = (): number => readdirSync(other).length;
  const seen: number[] = [];
  const host = new FakeHost(dir);
  host.onChange = () => seen.push(left());
  const request = { registry: host.registry, stateDir: host.stateDir, reserveIn: [dir, other, other, '/nowhere'] };
  expect(await applyPlan({ plan: await host.plan(STEPS), ...request })).toBeOk();
  expect(new Set(seen)).toEqual(new Set([1]));
  expect(left()).toBe(0);

  host.failing.add('apply:d');
  const failed = await applyPlan({ plan: await host.plan([put('d', '4')]), ...request });
  expect(failed).toBeOk(expect.objectContaining({ failed: true, rolledBack: true }));
  expect(seen).toContain(0);
  expect(left()).toBe(0);
});

test('without space for a journal nothing is begun', async () => {
  const dir = smallDisk();
  fill(dir);
  const host = new FakeHost(dir);
  const ended = await applyPlan({ plan: await host.plan(STEPS), registry: host.registry, stateDir: host.stateDir });
  expect(ended).toBeErr({ code: 'IO', errno: 'ENOSPC' });
  expect(host.values).toEqual({});
  expect(await stateOf(host)).toBe('none');
});
