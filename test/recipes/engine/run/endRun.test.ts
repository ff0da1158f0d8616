import { describe, expect, test } from 'vitest';
import type { RecordBody } from '../../../../src/recipes/engine/journal/journalRecord.js';
import { endRun } from '../../../../src/recipes/engine/run/endRun.js';
import type { RunSession } from '../../../../src/recipes/engine/run/runSession.js';
import { begunRun, doneRecords } from '../../begunRun.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

const ERROR = { code: 'X', message: 'x' };
const DONE = doneRecords('a');

/** A run of one step that put `a`, after these records. */
async function run(records: readonly RecordBody[]): Promise<{ host: FakeHost; session: RunSession }> {
  const host = new FakeHost(tempDir());
  const session = await begunRun(host, [put('a', '1')], records);
  host.values = { a: '1' };
  return { host, session };
}

describe('a run that did not fail', () => {
  test.each([
    [{ kind: 'applied' } as const, { interrupted: false, failed: false, changed: true }],
    [{ kind: 'paused' } as const, { interrupted: true, failed: false, changed: true }],
  ])('is reported and nothing is undone: %j', async (outcome, report) => {
    const { host, session } = await run(DONE);
    expect(await endRun(session, outcome)).toMatchObject(report);
    expect(host.values).toEqual({ a: '1' });
    expect(host.records.map(({ type }) => type)).not.toContain('rollback-started');
  });
});

describe('a run that failed', () => {
  const failed = (stepId: string | null) =>
    ({ kind: 'failed', failure: { stepId, during: 'apply', error: ERROR }, refusal: null }) as const;

  test.each([
    ['step-failed', 'a', { type: 'step-failed', id: 'a', during: 'verify', error: ERROR }],
    ['verification-failed', null, { type: 'verification-failed', error: ERROR, durationMs: 1 }],
  ] as const)('is undone, the journal naming why: %s', async (reason, stepId, record) => {
    const { host, session } = await run([...DONE, record]);
    expect(await endRun(session, failed(stepId))).toMatchObject({ failed: true, rolledBack: true });
    expect(host.values).toEqual({});
    expect(session.state.rollback).toEqual({ reason, force: false });
    expect(session.state.status).toBe('rolled-back');
  });

  test('goes on being undone as it began, forced too', async () => {
    const { host, session } = await run([...DONE, { type: 'rollback-started', reason: 'requested', force: true }]);
    host.values = { a: 'edited' };
    expect(await endRun(session, null)).toMatchObject({ rolledBack: true });
    expect(session.state.rollback).toEqual({ reason: 'requested', force: true });
    expect(host.values).toEqual({});
  });
});
