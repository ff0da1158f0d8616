import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../../../posix/paths/index.js';
import type { JournalError } from './journalError.js';
import { JOURNAL_FORMAT_VERSION } from './journalRecord.js';
import type { JournalRecord, RecordBody } from './journalRecord.js';
import { CHAIN_START, decodeHead, decodeJournal, decodeLine, encodeHead, encodeRecord } from './journalText.js';
import type { JournalText } from './journalText.js';
import type { RunFiles } from './runFiles.js';
import { distrustOf, untrusted } from './trust.js';
import { attempt } from '../../../posix/paths/index.js';

/** A journal on disk, and what its two files hold together. */
interface OpenJournal {
  readonly file: FileHandle;
  readonly head: FileHandle;
  readonly text: ReadJournal;
}

/** What a journal holds; `restored` is the line of a last record that only the head file has. */
type ReadJournal = JournalText & { readonly restored: string | null };

/**
 * The journal of one run, open for appending: every record is on disk (fsync) when `append` resolves with Ok.
 *
 * The head file beside it counts the records and repeats the last one. It is written after each, and synced before an
 * act begins: a last record that is damaged or cut off in the journal is restored from there, so that no intent is lost.
 * The head may be behind the journal, never ahead, so a journal with fewer records than the head counts has lost some.
 */
export class Journal {
  readonly #files: RunFiles;
  readonly #open: OpenJournal;
  #bytes: number;
  #count: number;
  #sum: string;

  private constructor(files: RunFiles, opened: OpenJournal) {
    this.#files = files;
    this.#open = opened;
    this.#bytes = opened.text.wholeBytes;
    this.#count = opened.text.records.length;
    this.#sum = opened.text.lastSum;
  }

  /** Creates the two files, empty; they are durable once their directory is. */
  static async create(files: RunFiles): Promise<Result<Journal, IoError>> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await attempt(() => open(files.journal, flags, 0o600), 'open', files.journal);
    if (file.isErr()) return err(file.error);
    const head = await attempt(() => open(files.head, flags, 0o600), 'open', files.head);
    if (head.isErr()) {
      await file.value.close();
      return err(head.error);
    }
    const text: ReadJournal = { records: [], wholeBytes: 0, lastSum: CHAIN_START, torn: false, restored: null };
    return ok(new Journal(files, { file: file.value, head: head.value, text }));
  }

  /** Opens a journal to append to it: checked like {@link readJournal}, and an incomplete last record repaired. */
  static async open(files: RunFiles): Promise<Result<{ journal: Journal; text: JournalText }, JournalError>> {
    const opened = await openChecked(files, constants.O_RDWR);
    if (opened.isErr()) return err(opened.error);
    const journal = new Journal(files, opened.value);
    const { torn, restored } = opened.value.text;
    if (torn || restored !== null) {
      const mended = await journal.#mend(restored);
      if (mended.isErr()) {
        await journal.close();
        return err(mended.error);
      }
    }
    return ok({ journal, text: opened.value.text });
  }

  /** Appends one record, durably, or leaves the journal as it was. */
  async append(body: RecordBody, at: Date): Promise<Result<JournalRecord, IoError>> {
    const record: JournalRecord = { n: this.#count + 1, at: at.toISOString(), ...body };
    const { line, sum } = encodeRecord(record, this.#sum);
    const written = await this.#write(line);
    if (written.isErr()) return err(written.error);
    const headed = await this.#writeHead(record, line);
    if (headed.isErr()) {
      const cut = await this.#cutBack();
      return err(cut.isErr() ? cut.error : headed.error);
    }
    this.#bytes += Buffer.byteLength(line);
    this.#count += 1;
    this.#sum = sum;
    return ok(record);
  }

  /** Closes the files; further appends fail. */
  async close(): Promise<void> {
    await this.#open.file.close().catch(() => undefined);
    await this.#open.head.close().catch(() => undefined);
  }

  async #write(line: string): Promise<Result<void, IoError>> {
    const { file } = this.#open;
    const path = this.#files.journal;
    const written = await attempt(() => writeAll(file, Buffer.from(line), this.#bytes), 'write', path);
    const synced = written.isErr() ? written : await attempt(() => file.sync(), 'fsync', path);
    if (synced.isOk()) return ok(undefined);
    // Half a line must not stay: with the next append it would be a damaged record in the middle.
    const cut = await this.#cutBack();
    return err(cut.isErr() ? cut.error : synced.error);
  }

  /** What undoes an act must not depend on one line, so the head is synced before it begins; for other records it may lag. */
  async #writeHead({ n, type }: JournalRecord, line: string): Promise<Result<void, IoError>> {
    const { head } = this.#open;
    const text = encodeHead(n, line);
    const write = async (): Promise<void> => {
      await writeAll(head, text, 0);
      await head.truncate(text.length);
      if (type === 'step-intended') await head.sync();
    };
    const written = await attempt(write, 'write', this.#files.head);
    return type === 'step-intended' ? written : ok(undefined);
  }

  /** Removes an incomplete record, or writes the restored one; `#bytes` counts every whole record, the restored one too. */
  async #mend(restored: string | null): Promise<Result<void, IoError>> {
    if (restored === null) return this.#cutBack();
    const bytes = this.#bytes;
    this.#bytes -= Buffer.byteLength(restored);
    const written = await this.#write(restored);
    if (written.isErr()) return written;
    this.#bytes = bytes;
    return this.#cutBack();
  }

  async #cutBack(): Promise<Result<void, IoError>> {
    const { file } = this.#open;
    const cut = await attempt(() => file.truncate(this.#bytes), 'ftruncate', this.#files.journal);
    return cut.isErr() ? cut : attempt(() => file.sync(), 'fsync', this.#files.journal);
  }
}

/**
 * Reads the journal of a run after checking that only its owner can have written it; opens nothing for writing.
 */
export async function readJournal(files: RunFiles): Promise<Result<JournalText, JournalError>> {
  const opened = await openChecked(files, constants.O_RDONLY);
  if (opened.isErr()) return err(opened.error);
  await opened.value.file.close();
  await opened.value.head.close();
  return ok(opened.value.text);
}

async function openChecked(files: RunFiles, access: number): Promise<Result<OpenJournal, JournalError>> {
  const file = await openTrusted(files.journal, access);
  if (file.isErr()) return err(file.error);
  const head = await openTrusted(files.head, access);
  if (head.isErr()) {
    await file.value.close();
    return err(head.error);
  }
  const text = await readText(files, file.value, head.value);
  if (text.isOk()) return ok({ file: file.value, head: head.value, text: text.value });
  await file.value.close();
  await head.value.close();
  return err(text.error);
}

/** Opened first and checked through the handle, so what is checked is what is read. */
async function openTrusted(path: string, access: number): Promise<Result<FileHandle, JournalError>> {
  const flags = access | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const opened = await attempt(() => open(path, flags), 'open', path);
  if (opened.isErr()) {
    if (opened.error.errno === 'ELOOP') return err(untrusted(path, 'it is a symbolic link'));
    if (opened.error.errno === 'ENOENT') return err(untrusted(path, 'it is missing'));
    return err(opened.error);
  }
  const stat = await attempt(() => opened.value.stat(), 'fstat', path);
  const problem = stat.isErr() ? stat.error : wrongFile(path, stat.value);
  if (problem === null) return ok(opened.value);
  await opened.value.close();
  return err(problem);
}

function wrongFile(path: string, stat: Stats): JournalError | null {
  if (!stat.isFile()) return untrusted(path, 'it is not a regular file');
  if (stat.nlink > 1) return untrusted(path, 'it has a second name (hard link)');
  const reason = distrustOf(stat);
  return reason === null ? null : untrusted(path, reason);
}

async function readText(
  files: RunFiles,
  file: FileHandle,
  head: FileHandle,
): Promise<Result<ReadJournal, JournalError>> {
  // The head first: a live run may append in between, and the journal then has more records than the head counts.
  const counted = await attempt(() => head.readFile(), 'read', files.head);
  if (counted.isErr()) return err(counted.error);
  const bytes = await attempt(() => file.readFile(), 'read', files.journal);
  if (bytes.isErr()) return err(bytes.error);
  const text = decodeJournal(bytes.value);
  if (text.isErr()) {
    const { error } = text;
    return err(error.kind === 'version' ? otherVersion(files, error.formatVersion) : corrupt(files, error));
  }
  const said = decodeHead(counted.value);
  const found = text.value.records.length;
  const restored = said.line === null ? null : decodeLine(said.line, found + 1, text.value.lastSum);
  if (restored !== null) return ok({ ...withRecord(text.value, restored), restored: restored.line });
  // One record fewer: an append that was cut off.
  if (found < said.count - 1) {
    return err(
      corrupt(files, { record: found + 1, reason: `there were ${said.count} records, and this one is missing` }),
    );
  }
  return ok({ ...text.value, restored: null });
}

function withRecord(text: JournalText, { record, line, sum }: NonNullable<ReturnType<typeof decodeLine>>): JournalText {
  return {
    ...text,
    records: [...text.records, record],
    wholeBytes: text.wholeBytes + Buffer.byteLength(line),
    lastSum: sum,
  };
}

/** The error for a journal that must not be replayed. */
export function corrupt(files: RunFiles, where: { readonly record: number; readonly reason: string }): JournalError {
  const { record, reason } = where;
  const message =
    `the journal ${files.journal} is corrupt at record ${record}: ${reason}; nothing was done. The records before it ` +
    'and the files in records/ show what was changed: undo that by hand, then move the directory ' +
    `${files.runDir} away`;
  return { code: 'JOURNAL_CORRUPT', message, path: files.journal, record, reason };
}

function otherVersion(files: RunFiles, formatVersion: number): JournalError {
  const message =
    `the journal ${files.journal} has format version ${formatVersion}, expected ${JOURNAL_FORMAT_VERSION}; finish the ` +
    'run with the version of the tool that began it';
  return { code: 'JOURNAL_VERSION', message, path: files.journal, formatVersion, expected: JOURNAL_FORMAT_VERSION };
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
