import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  CHAIN_START,
  decodeHead,
  decodeJournal,
  decodeLine,
  encodeRecord,
} from '../../../../src/recipes/engine/journal/journalText.js';
import type { JournalRecord } from '../../../../src/recipes/engine/journal/journalRecord.js';
import { replay } from '../../../../src/recipes/engine/journal/journalState.js';
import { FakeHost, put } from '../../fakeHost.js';
import { tempDir } from '../../tempDir.js';

async function journal(): Promise<{ readonly bytes: Buffer; readonly records: readonly JournalRecord[] }> {
  const plan = await new FakeHost(tempDir()).plan([put('a', 'naïve\nline')]);
  const at = '2026-01-02T03:04:05.000Z';
  const records: readonly JournalRecord[] = [
    { n: 1, at, type: 'run-started', formatVersion: 3, runId: 'r', plan, options: null },
    { n: 2, at, type: 'step-intended', id: 'a', before: { value: null } },
    { n: 3, at, type: 'step-failed', id: 'a', during: 'apply', error: { code: 'X', message: 'y' } },
    { n: 4, at, type: 'rollback-started', reason: 'step-failed', force: false },
    { n: 5, at, type: 'step-undone', id: 'a', notes: ['left'], durationMs: 3 },
    { n: 6, at, type: 'run-rolled-back', durationMs: 12 },
  ];
  let sum = CHAIN_START;
  const lines = records.map((record) => {
    const encoded = encodeRecord(record, sum);
    sum = encoded.sum;
    return encoded.line;
  });
  return { bytes: Buffer.from(lines.join('')), records };
}

test('what was encoded is read back', async () => {
  const { bytes, records } = await journal();
  const text = decodeJournal(bytes);
  expect(text).toBeOk(expect.objectContaining({ records, wholeBytes: bytes.length, torn: false }));
});

test('cut off anywhere, it gives the whole records before the cut, and says whether one was torn', async () => {
  const { bytes } = await journal();
  for (let length = 0; length <= bytes.length; length++) {
    const text = decodeJournal(bytes.subarray(0, length));
    const whole = bytes.subarray(0, length).lastIndexOf(0x0a) + 1;
    expect(text.isOk() && [text.value.wholeBytes, text.value.torn]).toEqual([whole, whole < length]);
  }
});

test('no single changed byte goes unnoticed', async () => {
  const { bytes } = await journal();
  const last = bytes.length - 1;
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [0x01, 0x20, 0x80]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ flip;
      const text = decodeJournal(damaged);
      // Without its newline the last record counts as torn; the head file has it whole.
      if (at === last) expect(text.isOk() && text.value.records.length).toBe(5);
      else expect(text, `byte ${at} ^ ${flip}`).toBeErr();
    }
  }
});

describe('records out of their place are refused', () => {
  const number = async (change: (lines: string[]) => string[]): Promise<number | string> => {
    const { bytes } = await journal();
    const lines = change(bytes.toString('utf8').split(/(?<=\n)/));
    const text = decodeJournal(Buffer.from(lines.join('')));
    return text.isErr() && text.error.kind === 'corrupt' ? text.error.record : 'not refused';
  };

  test('left out, swapped, repeated, or at the beginning of another journal', async () => {
    expect(await number((lines) => lines.toSpliced(2, 1))).toBe(3);
    expect(await number(([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest])).toBe(2);
    expect(await number(([a = '', b = '', ...rest]) => [a, b, b, ...rest])).toBe(3);
    expect(await number((lines) => lines.slice(1))).toBe(1);
  });

  test('an empty line in the middle', async () => {
    expect(await number(([a = '', ...rest]) => [a, '\n', ...rest])).toBe(2);
  });
});

test.each([2, 4])('format %i is told apart from damage', (formatVersion) => {
  const record = `{"n":1,"at":"2026-01-02T03:04:05.000Z","type":"run-started","formatVersion":${formatVersion},"news":true}`;
  const body = JSON.parse(record) as JournalRecord;
  const text = decodeJournal(Buffer.from(encodeRecord(body, CHAIN_START).line));
  expect(text.isErr() && text.error).toEqual({ kind: 'version', formatVersion });
});

test('a journal of format 3 is read and understood', () => {
  const text = decodeJournal(readFileSync(new URL('../../golden/journal-3.jsonl', import.meta.url)));
  const state = text.isOk() ? replay(text.value.records) : null;
  expect(state?.isOk() && state.value).toMatchObject({
    status: 'interrupted',
    direction: 'back',
    options: { hold: 15 },
    failure: { stepId: null, error: { code: 'POINT_1' } },
    rollback: { reason: 'verification-failed', force: false },
  });
  const steps = state?.isOk() === true ? [...(state.value?.steps.values() ?? [])] : [];
  const seen = steps.map(({ step, progress }) => `${step.id} ${progress}`);
  expect(seen).toEqual(['a undo-failed', 'b satisfied', 'c undone']);
});

test('the head file of format 3 gives its last record back', () => {
  const lines = readFileSync(new URL('../../golden/journal-3.jsonl', import.meta.url), 'utf8').split(/(?<=\n)/);
  const { count, line } = decodeHead(readFileSync(new URL('../../golden/journal-3.head', import.meta.url)));
  expect([count, line]).toEqual([lines.length, lines.at(-1)]);
  const before = decodeJournal(Buffer.from(lines.slice(0, -1).join('')));
  const sum = before.isOk() ? before.value.lastSum : '';
  expect(decodeLine(line ?? '', count, sum)?.record).toMatchObject({ type: 'step-undo-failed', id: 'a' });
  expect(decodeLine(line ?? '', count - 1, sum)).toBeNull();
  expect(decodeLine(line ?? '', count, CHAIN_START)).toBeNull();
});
