import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printableJson } from '../../../posix/paths/index.js';
import { sha256 } from '../plan/digest.js';
import { JOURNAL_FORMAT_VERSION, parseRecord } from './journalRecord.js';
import type { JournalRecord } from './journalRecord.js';

/** What the checksum of the first record is chained to. */
export const CHAIN_START = '0'.repeat(64);

/** What a journal file holds, and where the whole part of it ends. */
export interface JournalText {
  readonly records: readonly JournalRecord[];
  /** Bytes up to the end of the last whole record. */
  readonly wholeBytes: number;
  /** Checksum of the last whole record. */
  readonly lastSum: string;
  /** Bytes of an incomplete last record follow: its append was cut off, so what it announced was not done. */
  readonly torn: boolean;
}

/** The first record that is wrong, and why; or a format that this version does not read. */
export type JournalTextError =
  | { readonly kind: 'corrupt'; readonly record: number; readonly reason: string }
  | { readonly kind: 'version'; readonly formatVersion: number };

/**
 * One record as the line it becomes, and its checksum.
 *
 * The checksum covers the checksum before it and every byte of the record, so no record can be changed, dropped,
 * swapped or copied in without the chain breaking there.
 */
export function encodeRecord(
  record: JournalRecord,
  previousSum: string,
): { readonly line: string; readonly sum: string } {
  const { n, at, type, ...rest } = record;
  const body = printableJson({ n, at, type, ...rest });
  const sum = sha256(`${previousSum}\n${body}`);
  return { line: `${body.slice(0, -1)},"sum":"${sum}"}\n`, sum };
}

/**
 * Reads a whole journal; only an incomplete last line is ignored, as etcd does with its write-ahead log: the head file
 * shows whether it was an append that was cut off or a whole record.
 *
 * A line with an end is checked: with one wrong byte the journal is corrupt, also where it is the last line.
 */
export function decodeJournal(bytes: Buffer): Result<JournalText, JournalTextError> {
  const records: JournalRecord[] = [];
  let lastSum = CHAIN_START;
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
    const number = records.length + 1;
    const line = bytes.subarray(start, end);
    const body = verifiedBody(line, lastSum);
    if (body === null) return corrupt(number, 'its checksum does not match');
    if (number === 1) {
      const version = formatVersionOf(body.text);
      if (version !== null && version !== JOURNAL_FORMAT_VERSION)
        return err({ kind: 'version', formatVersion: version });
    }
    const record = parseRecord(body.text);
    if (record.isErr()) return corrupt(number, record.error);
    if (record.value.n !== number) return corrupt(number, `it says it is number ${record.value.n}`);
    records.push(record.value);
    lastSum = body.sum;
    start = end + 1;
  }
  return ok({ records, wholeBytes: start, lastSum, torn: start < bytes.length });
}

/** Digits of the number in the head file. */
const HEAD_WIDTH = 12;

/** The head file: the number of records, and the last of them once more. */
export function encodeHead(count: number, line: string): Buffer {
  return Buffer.from(`${String(count).padStart(HEAD_WIDTH, '0')}\n${line}`);
}

/** What the head file says; 0 and null where it is empty or was cut off. */
export function decodeHead(bytes: Buffer): { readonly count: number; readonly line: string | null } {
  const match = /^(\d{12})\n(.*\n)?$/s.exec(bytes.toString('utf8'));
  return { count: match === null ? 0 : Number(match[1]), line: match?.[2] ?? null };
}

/** A line as record `number` after a checksum; null when it is not exactly that. */
export function decodeLine(
  line: string,
  number: number,
  previousSum: string,
): { readonly record: JournalRecord; readonly line: string; readonly sum: string } | null {
  const body = verifiedBody(Buffer.from(line.slice(0, -1)), previousSum);
  const record = body === null ? null : parseRecord(body.text).unwrapOr(null);
  return body !== null && record?.n === number ? { record, line, sum: body.sum } : null;
}

const SUM = /,"sum":"([0-9a-f]{64})"\}$/;

/** The record without its checksum when that is right, else null. Compared as bytes: invalid UTF-8 is no match. */
function verifiedBody(line: Buffer, previousSum: string): { readonly text: string; readonly sum: string } | null {
  const text = line.toString('utf8');
  const match = SUM.exec(text);
  if (match === null || !Buffer.from(text, 'utf8').equals(line)) return null;
  const body = `${text.slice(0, match.index)}}`;
  const sum = sha256(`${previousSum}\n${body}`);
  return sum === match[1] ? { text: body, sum } : null;
}

/** Before the shape is checked: a later format may have another one. */
function formatVersionOf(body: string): number | null {
  const match = /"type":"run-started","formatVersion":(\d{1,6})[,}]/.exec(body.slice(0, 200));
  return match === null ? null : Number(match[1]);
}

function corrupt(record: number, reason: string): Result<never, JournalTextError> {
  return err({ kind: 'corrupt', record, reason });
}
