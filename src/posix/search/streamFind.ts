import { spawn } from 'node:child_process';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { aborted, joinPath, printablePath, toBytes, utf8Text } from '../paths/index.js';
import { handlePath } from '../handles/index.js';
import { TRUSTED_PATH, errnoOf, lackOfHandles, notStarted } from '../programs/index.js';
import type { ProgramError } from '../programs/index.js';
import { splitSearch, wholeSearch } from './splitSearch.js';
import type { SearchPart } from './splitSearch.js';

/** What to look for below a directory. */
export interface FindQuery {
  /** A handle of the directory: it cannot be exchanged. */
  readonly directory: number;
  /** Relative byte strings that are passed over with all below them, and not printed. */
  readonly prune: readonly string[];
  /**
   * Tests, and -printf actions that end a record with `\0`. A path is printed as `%p`, last in its record and behind
   * nothing that holds a `.` or a `/`; it is handed on relative to the directory, empty for the directory itself.
   */
  readonly expression: readonly string[];
  /** The program to look with and what stands before find's own arguments. Default: find. */
  readonly command?: readonly string[];
  /** Where the directory lies, for the paths that are handed on: a relative byte string. */
  readonly prefix?: string;
  /** One find for all of it, because what it passes over depends on what it meets. */
  readonly whole?: boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What find could not look into, its messages shortened; empty when it saw everything. */
export interface FindOutcome {
  readonly complaints: readonly string[];
}

/** Handed on at once; few, for the same reason as below. */
const MAX_RECORDS = 128;
const MAX_COMPLAINTS = 8 * 1024;
const ABORTED = aborted('find was stopped on request');

/**
 * Runs GNU find, several at once over parts of a large tree, and hands its records on, as byte strings, while it goes
 * on looking. Not read further than `take` has come, so memory stays flat whatever the tree. `take` is never called
 * again before it has ended.
 *
 * It does not go through `runProgram`, which keeps output as text or pushes it: names are bytes, and what takes them
 * has to be waited for. What that stands for holds here too: an argument array, no shell, the fixed PATH, LC_ALL=C,
 * nothing inherited, a deadline. An Err of `take` stops find and is returned.
 */
export async function streamFind<E>(
  query: FindQuery,
  take: (records: readonly string[]) => Promise<Result<void, E>>,
): Promise<Result<FindOutcome, E | ProgramError>> {
  const split = query.whole === true ? wholeSearch(query.prune) : splitSearch(query.directory, query.prune);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(query.signal === undefined ? [] : [query.signal])]);
  const complaints: string[] = [];
  const failures: (E | ProgramError)[] = [];
  const waiting = [...split.parts];
  const deadline = Date.now() + query.timeoutMs;

  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (records: readonly string[]): Promise<Result<void, E | ProgramError>> => {
    // What one part could not hand over ends all of them, before any takes its next turn.
    const turn = last.then((): Promise<Result<void, E | ProgramError>> | Result<void, ProgramError> =>
      stop.signal.aborted ? err(ABORTED) : take(records),
    );
    last = turn.then(
      (taken) => (taken.isErr() ? stop.abort() : undefined),
      () => stop.abort(),
    );
    return turn;
  };
  const work = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined && !stop.signal.aborted; part = waiting.shift()) {
      const searched = await searchPart({ ...query, signal, timeoutMs: deadline - Date.now() }, part, inTurn);
      if (searched.isOk()) complaints.push(...searched.value.complaints);
      else failures.push(searched.error);
      if (searched.isErr()) stop.abort();
    }
  };
  // One for the top, which is mostly done at once, and half of the others.
  const working = Array.from({ length: Math.ceil(split.parts.length / 2) }, work);
  await Promise.allSettled(working);
  split.close();
  // What `take` threw, if it did.
  await Promise.all(working);
  const failure = failures.find((one) => one !== ABORTED) ?? failures[0];
  if (failure === undefined) return ok({ complaints: complaints.slice(0, 20) });
  return err(isTimeout(failure) ? timedOut(query.timeoutMs) : failure);
}

async function searchPart<E>(
  query: FindQuery,
  part: SearchPart,
  take: (records: readonly string[]) => Promise<Result<void, E | ProgramError>>,
): Promise<Result<FindOutcome, E | ProgramError>> {
  const lacking = lackOfHandles();
  if (lacking !== null) return err(findNotStarted(lacking));
  const [program = 'find', ...before] = query.command ?? ['find'];
  const child = spawn(program, [...before, ...findArguments(part, query.expression)], {
    cwd: handlePath(query.directory),
    env: { PATH: TRUSTED_PATH, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: { why: ProgramError | null } = { why: null };
  const stop = (why: ProgramError): void => {
    ended.why ??= why;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => stop(timedOut(query.timeoutMs)), query.timeoutMs);
  const onAbort = (): void => stop(ABORTED);
  if (query.signal?.aborted === true) onAbort();
  query.signal?.addEventListener('abort', onAbort, { once: true });

  let stderr = '';
  child.stderr.setEncoding('latin1').on('data', (text: string) => {
    if (stderr.length < MAX_COMPLAINTS) stderr += text;
  });
  const closed = new Promise<number | null>((resolve) => {
    child.on('error', (cause) => {
      ended.why ??= findNotStarted(cause);
      resolve(null);
    });
    child.on('close', resolve);
  });
  try {
    let rest = '';
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      let start = 0;
      for (let records: string[] = []; ; records = []) {
        // In the bytes, not in a text of them all, which would outlive collections of garbage and make the heap grow.
        for (
          let end = chunk.indexOf(0, start);
          end !== -1 && records.length < MAX_RECORDS;
          end = chunk.indexOf(0, start)
        ) {
          const record = rest + chunk.toString('latin1', start, end);
          records.push(withRelativePath(record, part, query.prefix ?? ''));
          rest = '';
          start = end + 1;
        }
        if (records.length === 0) break;
        const taken = await take(records);
        if (taken.isErr()) return err(taken.error);
      }
      rest += chunk.toString('latin1', start);
    }
    const exitCode = await closed;
    if (ended.why !== null) return err(ended.why);
    return exitCode === null
      ? err(killed(stderr))
      : ok({ complaints: exitCode === 0 ? [] : complaintsIn(stderr, part) });
  } finally {
    child.kill('SIGKILL');
    // Until then its pipes are open.
    await closed;
    clearTimeout(timer);
    query.signal?.removeEventListener('abort', onAbort);
  }
}

/** A record without a path stays as it is; a lone slash is none, since no part begins at the root. */
function withRelativePath(record: string, part: SearchPart, prefix: string): string {
  const at = record.search(/[./]/);
  if (at === -1 || record === '/') return record;
  const relative = part.relative(record.slice(at));
  return record.slice(0, at) + (relative === '' ? prefix : joinPath(prefix, relative));
}

function findArguments({ starts, prune }: SearchPart, expression: readonly string[]): string[] {
  const paths = prune.flatMap((path, index) => [...(index === 0 ? [] : ['-o']), '-path', globLiteral(path)]);
  const pruned = paths.length === 0 ? [] : ['(', ...paths, ')', '-prune', '-o'];
  return ['-P', ...starts, '-ignore_readdir_race', ...pruned, '(', ...expression, ')'];
}

/** A pattern that matches one path: an argument must be UTF-8, so other bytes become `?` (one byte each in C). */
function globLiteral(path: string): string {
  const text = utf8Text(path) ?? path.replace(/[^\0-\x7f]/g, '\0');
  return text.replace(/[\\*?[\]]/g, '\\$&').replaceAll('\0', '?');
}

/** What vanished while find looked is no complaint. Paths are shown as they lie in the tree. */
function complaintsIn(stderr: string, part: SearchPart): string[] {
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.endsWith(': No such file or directory'));
  const below = (line: string): string =>
    line.replace(/'(\.\/|\/proc\/)[^']+'/, (path) => `'${part.relative(path.slice(1, -1))}'`);
  return lines.map((line) => printablePath(toBytes(below(line))).slice(0, 300)).slice(0, 20);
}

function isTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'PROGRAM_TIMEOUT';
}

function timedOut(timeoutMs: number): ProgramError {
  return { code: 'PROGRAM_TIMEOUT', message: `find did not end within ${timeoutMs} ms`, program: 'find', timeoutMs };
}

function killed(stderr: string): ProgramError {
  const message = 'find was killed before it had looked at everything';
  return { code: 'PROGRAM_FAILED', message, program: 'find', exitCode: null, stderr: printablePath(toBytes(stderr)) };
}

function findNotStarted(cause: unknown): ProgramError {
  return errnoOf(cause) === 'ENOENT'
    ? { code: 'PROGRAM_NOT_FOUND', message: `find was not found in ${TRUSTED_PATH}`, program: 'find' }
    : notStarted('find', cause);
}
