import { expect, test } from 'vitest';
import { parseRecord } from '../../../../src/recipes/engine/journal/journalRecord.js';

const HEAD = { n: 2, at: '2026-01-02T03:04:05.000Z' };

const reason = (record: unknown): string =>
  parseRecord(typeof record === 'string' ? record : JSON.stringify(record)).match(
    () => 'read',
    (why) => why,
  );

test('every record is read as it was written', () => {
  for (const record of [
    { ...HEAD, type: 'run-resumed' },
    { ...HEAD, type: 'step-intended', id: 'a', before: null },
    { ...HEAD, type: 'step-failed', id: 'a', during: 'apply', error: { code: 'X', message: 'y', paths: ['/z'] } },
    { ...HEAD, type: 'step-undone', id: 'a', notes: ['left'], durationMs: 3 },
    { ...HEAD, type: 'rollback-started', reason: 'requested', force: true },
  ])
    expect(parseRecord(JSON.stringify(record))._unsafeUnwrap()).toEqual(record);
});

test.each<readonly [string, unknown, string]>([
  ['of an unknown kind', { ...HEAD, type: 'step-skipped', id: 'a' }, 'its type "step-skipped" is not known'],
  ['of a kind that every object inherits', { ...HEAD, type: 'constructor' }, 'its type "constructor" is not known'],
  ['without a kind', HEAD, 'its type null is not known'],
  ['that is no object', '[]', 'it is not a JSON object'],
  ['that is no JSON', '{', 'it is not a JSON object'],
  ['without a number', { at: HEAD.at, type: 'run-paused' }, 'its field n is missing'],
  ['without a time', { ...HEAD, at: 'now', type: 'run-paused' }, 'its field at is a string'],
  ['with a field too many', { ...HEAD, type: 'run-paused', more: 1 }, 'its field more is not a known field'],
  ['without a field', { ...HEAD, type: 'step-intended', id: 'a' }, 'its field before is missing'],
  [
    'with another type',
    { ...HEAD, type: 'step-applied', id: 'a', durationMs: '1' },
    'its field durationMs is a string',
  ],
  [
    'with an error without code',
    { ...HEAD, type: 'step-undo-failed', id: 'a', error: {} },
    'its field error.code is missing',
  ],
  [
    'of a start in another format',
    { ...HEAD, type: 'run-started', formatVersion: 2, runId: 'r', plan: {}, options: null },
    'its field formatVersion is a number, expected 3',
  ],
])('a record %s is refused with the reason', (_, record, expected) => {
  expect(reason(record)).toContain(expected);
});
