import { beforeAll, describe, expect, test } from 'vitest';
import { advance, replay } from '../../../../src/recipes/engine/journal/journalState.js';
import type { JournalState } from '../../../../src/recipes/engine/journal/journalState.js';
import { JOURNAL_FORMAT_VERSION } from '../../../../src/recipes/engine/journal/journalRecord.js';
import type { JournalRecord, RecordBody } from '../../../../src/recipes/engine/journal/journalRecord.js';
import type { Plan } from '../../../../src/recipes/engine/plan/plan.js';
import { FakeHost, put } from '../../fakeHost.js';

const ERROR = { code: 'X', message: 'y' };
const before = { value: null };

let plan: Plan;
beforeAll(async () => {
  plan = await new FakeHost('/nowhere').plan([put('a', '1'), put('b', '2', { phase: 'window' })]);
});

const start = (): RecordBody => ({
  type: 'run-started',
  formatVersion: JOURNAL_FORMAT_VERSION,
  runId: 'r',
  plan,
  options: { hold: 1 },
});

function numbered(bodies: readonly RecordBody[]): readonly JournalRecord[] {
  return bodies.map((body, index) => ({ n: index + 1, at: `2026-01-02T03:04:0${index % 10}.000Z`, ...body }));
}

/** The state after a start and these records, or why one of them does not fit. */
function after(...bodies: readonly RecordBody[]): JournalState | string {
  return replay(numbered([start(), ...bodies])).match(
    (state) => state ?? 'no state',
    ({ record, reason }) => `${record}: ${reason}`,
  );
}

const stepOf = (state: JournalState | string, id = 'a'): unknown =>
  typeof state === 'string' ? state : state.steps.get(id);

const intended: RecordBody = { type: 'step-intended', id: 'a', before };
const applied: RecordBody = { type: 'step-applied', id: 'a', durationMs: 2 };
const verified: RecordBody = { type: 'step-verified', id: 'a', durationMs: 3 };
const failed: RecordBody = { type: 'step-failed', id: 'a', during: 'apply', error: ERROR };
const undone: RecordBody = { type: 'step-undone', id: 'a', notes: ['left'], durationMs: 4 };
const rollback: RecordBody = { type: 'rollback-started', reason: 'requested', force: false };

describe('the state that a journal tells', () => {
  test('begins with the plan and every step pending', () => {
    expect(after()).toMatchObject({
      runId: 'r',
      plan: { recipe: 'fake' },
      options: { hold: 1 },
      startedAt: '2026-01-02T03:04:00.000Z',
      status: 'interrupted',
      direction: 'forward',
      failure: null,
    });
    expect(stepOf(after())).toMatchObject({ progress: 'pending', intent: null });
  });

  test('follows a step from its intent to its proof, and adds up its time', () => {
    expect(stepOf(after(intended))).toMatchObject({ progress: 'intended', intent: { before } });
    expect(stepOf(after(intended, applied))).toMatchObject({ progress: 'applied', durationMs: 2 });
    expect(stepOf(after(intended, applied, verified))).toMatchObject({ progress: 'done', durationMs: 5 });
    expect(stepOf(after({ type: 'step-satisfied', id: 'a' }))).toMatchObject({ progress: 'satisfied', intent: null });
  });

  test('keeps the first state found when a step is done again in one run', () => {
    const again: RecordBody = { type: 'step-intended', id: 'a', before: { value: 'of the run itself' } };
    expect(stepOf(after(intended, applied, verified, again))).toMatchObject({
      progress: 'intended',
      intent: { before },
    });
  });

  test('turns back with the first failure, of a step or of the final verification', () => {
    expect(after(intended, failed)).toMatchObject({
      status: 'interrupted',
      direction: 'back',
      failure: { stepId: 'a', during: 'apply', error: ERROR },
    });
    expect(after({ type: 'verification-failed', error: ERROR, durationMs: 1 })).toMatchObject({
      direction: 'back',
      failure: { stepId: null, during: 'verification' },
    });
  });

  test('is applied at the end, and can then only be rolled back', () => {
    const done = [intended, applied, verified, { type: 'run-applied', durationMs: 9 }] as const;
    expect(after(...done)).toMatchObject({ status: 'applied', appliedMs: 9 });
    expect(after(...done, rollback)).toMatchObject({ status: 'interrupted', direction: 'back' });
    expect(after(...done, { type: 'run-resumed' })).toContain('only a rollback can follow an applied run');
  });

  test('is rolled back when no step has an intent left, and nothing follows', () => {
    const back = [intended, applied, rollback, undone, { type: 'run-rolled-back', durationMs: 1 }] as const;
    expect(after(...back)).toMatchObject({ status: 'rolled-back', rollback: { reason: 'requested', force: false } });
    expect(stepOf(after(...back))).toMatchObject({ progress: 'undone', intent: null, notes: ['left'] });
    expect(after(...back, rollback)).toContain('nothing can follow the end of a run');
    expect(after(intended, rollback, { type: 'run-rolled-back', durationMs: 1 })).toContain("step 'a' was not undone");
  });

  test('keeps why a rollback began, and takes force from the last', () => {
    const forced: RecordBody = { type: 'rollback-started', reason: 'requested', force: true };
    const first: RecordBody = { type: 'rollback-started', reason: 'step-failed', force: false };
    expect(after(intended, first, forced)).toMatchObject({ rollback: { reason: 'step-failed', force: true } });
  });

  test('an undo that failed keeps the intent, and its error goes when it is undone', () => {
    const cannot: RecordBody = { type: 'step-undo-failed', id: 'a', error: ERROR };
    expect(stepOf(after(intended, rollback, cannot))).toMatchObject({ progress: 'undo-failed', intent: { before } });
    expect(stepOf(after(intended, rollback, cannot, undone))).toMatchObject({ progress: 'undone', error: null });
  });

  test('a half-done step that is undone while the run goes forward is pending again', () => {
    expect(stepOf(after(intended, undone))).toMatchObject({ progress: 'pending', intent: null });
  });

  test('after a recovery, what was satisfied in the window is checked again, and nothing else', () => {
    const found = [{ type: 'step-satisfied', id: 'a' } as const, { type: 'step-satisfied', id: 'b' } as const];
    const state = after(...found, { type: 'run-recovered' });
    expect(stepOf(state, 'a')).toMatchObject({ progress: 'satisfied' });
    expect(stepOf(state, 'b')).toMatchObject({ progress: 'pending' });
    const back = after(...found, rollback, { type: 'run-recovered' });
    expect(stepOf(back, 'b')).toMatchObject({ progress: 'satisfied' });
  });
});

describe('a record that does not fit is refused with its number', () => {
  test.each<readonly [string, readonly RecordBody[], string]>([
    ['of a step that the plan does not have', [{ type: 'step-satisfied', id: 'x' }], 'the plan has no step "x"'],
    ['an act without an intent', [applied], 'was not intended before'],
    ['a proof without an intent', [verified], 'was not intended before'],
    ['an undo without an intent', [undone], 'was not intended before'],
    ['satisfied after an intent', [intended, { type: 'step-satisfied', id: 'a' }], 'cannot be found satisfied'],
    ['forward after a failure', [intended, failed, { type: 'run-applied', durationMs: 1 }], 'cannot go forward again'],
    ['rolled back while it goes forward', [{ type: 'run-rolled-back', durationMs: 1 }], 'cannot have been rolled back'],
  ])('%s', (_, bodies, reason) => {
    expect(after(...bodies)).toMatch(new RegExp(`^${bodies.length + 1}: `));
    expect(after(...bodies)).toContain(reason);
  });

  test('a second start, and a beginning without one', () => {
    expect(after(start())).toBe('2: a run cannot start twice');
    const [first] = numbered([intended]);
    if (first === undefined) throw new Error('one record');
    expect(advance(null, first)._unsafeUnwrapErr()).toBe('a journal must begin with run-started');
    expect(replay([])._unsafeUnwrap()).toBeNull();
  });
});
