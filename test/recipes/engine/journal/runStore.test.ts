import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { applyPlan } from '../../../../src/recipes/engine/run/applyPlan.js';
import { undoableRuns } from '../../../../src/recipes/engine/journal/runStore.js';
import { rollbackRun } from '../../../../src/recipes/engine/run/rollbackRun.js';
import { runStatus } from '../../../../src/recipes/engine/run/runStatus.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

async function appliedHost(): Promise<FakeHost & { readonly runDir: string }> {
  const host = new FakeHost(tempDir());
  const applied = await applyPlan({
    plan: await host.plan([put('a', '1')]),
    registry: host.registry,
    stateDir: host.stateDir,
  });
  expect(applied).toBeOk();
  return Object.assign(host, { runDir: dirname(host.journal ?? '') });
}

async function stateOf(host: FakeHost): Promise<string> {
  return runStatus({ recipe: 'fake', stateDir: host.stateDir }).match(
    ({ state }) => state,
    (error) => (error.code === 'JOURNAL_UNTRUSTED' ? `${error.code} ${error.reason}` : error.code),
  );
}

describe('a journal that others could have written is not trusted', () => {
  test.each([
    ['journal.jsonl', 0o640],
    ['journal.jsonl', 0o606],
    ['journal.head', 0o602],
    ['records', 0o750],
    ['.', 0o755],
    ['..', 0o701],
    ['../..', 0o777],
  ])('%s of mode %o', async (name, mode) => {
    const host = await appliedHost();
    chmodSync(join(host.runDir, name), mode);
    expect(await stateOf(host)).toContain(`JOURNAL_UNTRUSTED others have access to it (mode 0${mode.toString(8)})`);
  });

  test('a link, a second name, a directory or nothing in its place', async () => {
    const host = await appliedHost();
    const journal = host.journal ?? '';
    const copy = join(host.dir, 'copy');
    copyFileSync(journal, copy);

    linkSync(journal, join(host.dir, 'second'));
    expect(await stateOf(host)).toBe('JOURNAL_UNTRUSTED it has a second name (hard link)');
    rmSync(journal);
    expect(await stateOf(host)).toBe('JOURNAL_UNTRUSTED it is missing');
    symlinkSync(copy, journal);
    expect(await stateOf(host)).toBe('JOURNAL_UNTRUSTED it is a symbolic link');
    rmSync(journal);
    mkdirSync(journal, { mode: 0o700 });
    expect(await stateOf(host)).toBe('JOURNAL_UNTRUSTED it is not a regular file');
  });

  test('a state directory that is a link', async () => {
    const host = await appliedHost();
    renameSync(host.stateDir, join(host.dir, 'elsewhere'));
    symlinkSync(join(host.dir, 'elsewhere'), host.stateDir);
    expect(await stateOf(host)).toBe('JOURNAL_UNTRUSTED it is not a directory');
  });

  test('a directory above it that others may write to', async () => {
    const host = await appliedHost();
    chmodSync(host.dir, 0o777);
    expect(await stateOf(host)).toContain('everyone may write to it');
  });

  test('the journal of another run', async () => {
    const host = await appliedHost();
    renameSync(host.runDir, join(dirname(host.runDir), '000007-20260102T030405Z-fake'));
    expect(await stateOf(host)).toContain('it is the journal of another run');
  });

  test('and a new run is refused as long as it is so', async () => {
    const host = await appliedHost();
    chmodSync(host.journal ?? '', 0o666);
    const plan = await host.plan([put('b', '2')]);
    const refused = await applyPlan({ plan, registry: host.registry, stateDir: host.stateDir });
    expect(refused).toBeErr({ code: 'JOURNAL_UNTRUSTED' });
    expect(host.values.b).toBeUndefined();
  });
});

test('what a killed run left of a directory it was making is no run, and goes with the next one', async () => {
  const host = await appliedHost();
  const runs = dirname(host.runDir);
  mkdirSync(join(runs, '.new-000002-20260102T030405Z', 'records'), { recursive: true });
  writeFileSync(join(runs, '.new-000002-20260102T030405Z', 'journal.jsonl'), '{"n":1');
  expect(await stateOf(host)).toBe('applied');
  const plan = await host.plan([put('b', '2')]);
  expect(await applyPlan({ plan, registry: host.registry, stateDir: host.stateDir })).toBeOk();
  expect(readdirSync(runs).map((name) => name.slice(0, 7))).toEqual(['000001-', '000002-']);
});

test('the number orders the runs, whatever the clock says', async () => {
  const host = await appliedHost();
  const { registry, stateDir } = host;
  const past = new Date('2001-01-01T00:00:00Z');
  const plan = await host.plan([put('b', '2')]);
  const second = await applyPlan({ plan, registry, stateDir, now: () => past });
  expect(second).toBeOk(expect.objectContaining({ runId: '000002-20010101T000000Z-fake' }));
  const status = await runStatus({ recipe: 'fake', stateDir });
  expect(status).toBeOk(expect.objectContaining({ runId: '000002-20010101T000000Z-fake' }));
});

test('one run can be rolled back: the latest, and once that is undone the one before it, named beside it', async () => {
  const host = new FakeHost(tempDir());
  const { registry, stateDir } = host;
  const ids = async (): Promise<readonly string[]> =>
    (await undoableRuns(stateDir, 'fake'))._unsafeUnwrap().map(({ state }) => state.runId);
  expect(await ids()).toEqual([]);
  const runs: string[] = [];
  for (const name of ['a', 'b']) {
    const applied = await applyPlan({ plan: await host.plan([put(name, '1')]), registry, stateDir });
    runs.push(applied._unsafeUnwrap().runId ?? '');
    expect(await ids()).toEqual([runs.at(-1)]);
  }
  expect(await rollbackRun({ recipe: 'fake', registry, stateDir })).toBeOk();
  expect(await ids()).toEqual([runs[1], runs[0]]);
  const [first = ''] = runs;
  expect(await rollbackRun({ recipe: 'fake', registry, stateDir, runId: first })).toBeOk();
  expect(await ids()).toEqual([runs[1]]);
});

test('a state directory without a parent is refused, not made up', async () => {
  const host = new FakeHost(join(tempDir(), 'missing'));
  const plan = await host.plan([put('a', '1')]);
  const refused = await applyPlan({ plan, registry: host.registry, stateDir: host.stateDir });
  expect(refused).toBeErr({ code: 'IO', syscall: 'mkdir', errno: 'ENOENT' });
});

test('of space kept elsewhere, a list that was cut off while it was written stops no later run', async () => {
  const host = await appliedHost();
  const unfinished = join(dirname(host.runDir), '.new-000002-20260102T030405Z');
  for (const text of ['', '["/srv/.wca-res']) {
    mkdirSync(join(unfinished, 'records'), { recursive: true });
    writeFileSync(join(unfinished, 'reserves.json'), text);
    host.values = {};
    const applied = await applyPlan({
      plan: await host.plan([put('b', '2')]),
      registry: host.registry,
      stateDir: host.stateDir,
    });
    expect(applied, text).toBeOk(expect.objectContaining({ changed: true }));
  }
});

test('who is not root is told so, and nothing about whose the directory is', async () => {
  vi.spyOn(process, 'geteuid').mockReturnValue(65_534);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  // Root's alone on every host, as the state directory is.
  const status = await runStatus({ recipe: 'fake', stateDir: '/root' });
  expect(status).toBeErr({ code: 'IO', errno: 'EACCES', path: '/root' });
});
