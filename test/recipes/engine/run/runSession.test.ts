import { readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { latestRun } from '../../../../src/recipes/engine/journal/runStore.js';
import type { RunEvent } from '../../../../src/recipes/engine/run/runEvent.js';
import { RunSession } from '../../../../src/recipes/engine/run/runSession.js';
import type { SessionOptions } from '../../../../src/recipes/engine/run/runSession.js';
import { begunRun, intentRecord } from '../../begunRun.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const INTENT = intentRecord('a');

async function begin(more: Partial<SessionOptions> = {}): Promise<{ host: FakeHost; session: RunSession }> {
  const host = new FakeHost(tempDir());
  const options = { now: () => NOW, runOptions: { chosen: true }, ...more };
  return { host, session: await begunRun(host, [put('a', '1'), put('b', '1')], [], options) };
}

describe('a run that begins', () => {
  test('writes nothing before its first intent, and then all that went before it', async () => {
    const { host, session } = await begin();
    expect(await session.record({ type: 'step-satisfied', id: 'b' })).toBeOk();
    expect(session.files).toBeNull();
    expect(session.hasChanges).toBe(false);
    expect(host.journal).toBeNull();
    expect(await session.record(INTENT)).toBeOk();
    expect(session.hasChanges).toBe(true);
    expect(host.records.map(({ type }) => type)).toEqual(['run-started', 'step-satisfied', 'step-intended']);
    expect(dirname(session.files?.journal ?? '')).toBe(join(host.stateDir, 'runs', session.state.runId));
  });

  test('has in memory what a later process reads', async () => {
    const { host, session } = await begin();
    for (const record of [
      INTENT,
      { type: 'step-applied', id: 'a', durationMs: 5 },
      { type: 'step-failed', id: 'b', during: 'check', error: { code: 'X', message: 'x' } },
    ] as const)
      expect(await session.record(record)).toBeOk();
    await session.close();
    const stored = (await latestRun(host.stateDir, 'fake'))._unsafeUnwrap();
    expect(stored?.state).toEqual(session.state);
    expect(session.state).toMatchObject({ startedAt: NOW.toISOString(), direction: 'back', options: { chosen: true } });
  });

  test('stays as it was where its directory cannot be created', async () => {
    const { host, session } = await begin();
    renameSync(host.stateDir, `${host.stateDir}.away`);
    expect(await session.record(INTENT)).toBeErr();
    expect(session.files).toBeNull();
    expect(session.hasChanges).toBe(false);
    expect(session.stepState('a').progress).toBe('pending');
    renameSync(`${host.stateDir}.away`, host.stateDir);
    expect(await session.record(INTENT)).toBeOk();
    expect(session.stepState('a').progress).toBe('intended');
  });
});

describe('a run that is reopened', () => {
  test('goes on in the same journal', async () => {
    const { host, session } = await begin();
    expect(await session.record(INTENT)).toBeOk();
    await session.close();
    const stored = (await latestRun(host.stateDir, 'fake'))._unsafeUnwrap();
    if (stored === null) throw new Error('no run');
    const again = (await RunSession.reopen(stored, { stateDir: host.stateDir, steps: session.steps }))._unsafeUnwrap();
    expect(again.files).toEqual(session.files);
    expect(again.state).toEqual(session.state);
    expect(await again.record({ type: 'run-resumed' })).toBeOk();
    await again.close();
    expect(host.records.map(({ type }) => type)).toEqual(['run-started', 'step-intended', 'run-resumed']);
  });
});

describe('a record that cannot be written', () => {
  test('leaves the state as it was', async () => {
    const { session } = await begin();
    expect(await session.record(INTENT)).toBeOk();
    // What appends to a closed journal fails as on a broken disk.
    await session.close();
    expect(await session.record({ type: 'step-applied', id: 'a', durationMs: 1 })).toBeErr();
    expect(session.stepState('a').progress).toBe('intended');
  });

  test('is passed over by recordAnyway, which says so, and the state goes on', async () => {
    const { session } = await begin();
    expect(await session.record(INTENT)).toBeOk();
    await session.close();
    const error = await session.recordAnyway({
      type: 'step-failed',
      id: 'a',
      during: 'apply',
      error: { code: 'X', message: 'x' },
    });
    expect(error).toMatchObject({ code: 'IO' });
    expect(session.state.direction).toBe('back');
  });
});

describe('events', () => {
  test('are handed on, and a handler that throws ends nothing', async () => {
    const seen: RunEvent[] = [];
    const { session } = await begin({
      onEvent: (event) => {
        seen.push(event);
        throw new Error('the pipe is closed');
      },
    });
    session.emit({ type: 'run-paused' });
    expect(seen).toEqual([{ type: 'run-paused' }]);
  });

  test('of progress name the step, and print what is no text escaped', async () => {
    const seen: RunEvent[] = [];
    const { session } = await begin({ onEvent: (event) => seen.push(event) });
    session.context('a').progress('moved x\u001b[31m\ny');
    expect(seen).toMatchObject([
      { type: 'step-progress', id: 'a', message: expect.stringContaining('moved x') as string },
    ]);
    const [event] = seen;
    if (event?.type !== 'step-progress') throw new Error('no progress');
    // eslint-disable-next-line no-control-regex -- control characters are what this looks for
    expect(event.message).not.toMatch(/[\u0000-\u001f]/);
    expect(event.elapsedMs).toBeGreaterThanOrEqual(0);
  });
});

test('what a step is given points into the run, once the run has a directory', async () => {
  const { session } = await begin();
  expect(await session.record(INTENT)).toBeOk();
  const ctx = session.context('a', { force: true });
  expect(ctx.runDir).toBe(session.files?.runDir);
  expect(dirname(ctx.recordPath('changes'))).toBe(session.files?.records);
  expect(readdirSync(ctx.runDir)).toContain('records');
  expect(ctx.force).toBe(true);
});
