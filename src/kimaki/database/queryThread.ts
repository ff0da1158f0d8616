import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type * as Sqlite from 'node-sqlite3-wasm';
import type { MessagePort } from 'node:worker_threads';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';

/** One row: the value of each column by its name. */
export type DatabaseRow = Readonly<Record<string, string | number | bigint | Uint8Array | null>>;

/** Why statements gave no rows: what SQLite said, or which limit ended them. */
export interface QueryFailure {
  readonly reason: 'sqlite' | 'limit';
  readonly message: string;
}

/** SQLite on one database, in a thread of its own. */
export interface QueryThread {
  /** Runs the statements in order and gives the rows of all. */
  ask(statements: readonly string[]): Promise<Result<readonly DatabaseRow[], QueryFailure>>;
  /** Ends the thread, also in the middle of a statement. */
  stop(): Promise<void>;
}

const MIB = 1024 * 1024;
/** 256 MiB take 9 s on a slow machine. */
export const DEFAULT_TIME_LIMIT_MS = 120_000;
const MAX_MEMORY = 512 * MIB;
const MAX_ANSWER = 64 * MIB;

/** What the thread is started with. */
interface ThreadData {
  readonly library: string;
  readonly path: string;
  readonly maxAnswer: number;
}

type Answer = { readonly rows: readonly DatabaseRow[] } | { readonly failure: QueryFailure };

/**
 * Opens a database read-only with SQLite compiled to WebAssembly, in a thread, so that a statement that does not end can
 * be ended. The file may be hostile: SQLite gets 512 MiB of memory, no extension, and an answer of at most 64 MiB.
 *
 * The file must be a private copy without a rollback journal. A journal can name another file for SQLite to delete.
 *
 * Source: sqlite.org/security.html, sqlite.org/wal.html (WAL without shared memory), sqlite.org/fileformat.html (the
 * super-journal).
 *
 * @param timeLimitMs - for each call of `ask`, in milliseconds
 */
export function startQueryThread(path: string, timeLimitMs: number): Result<QueryThread, QueryFailure> {
  try {
    return ok(threadOn(newWorker(path), timeLimitMs));
  } catch (cause) {
    // No more threads to be had, or the package was not installed whole.
    const message = cause instanceof Error ? cause.message : String(cause);
    return err({ reason: 'limit', message: `SQLite did not start: ${message}` });
  }
}

function newWorker(path: string): Worker {
  const library = createRequire(import.meta.url).resolve('node-sqlite3-wasm');
  const workerData: ThreadData = { library, path, maxAnswer: MAX_ANSWER };
  // The library is loaded in the thread alone, and its memory goes with the thread. This build of SQLite does not know
  // PRAGMA hard_heap_limit, so WebAssembly's memory gets the limit.
  const text = `const threads = require('node:worker_threads');
    const memory = WebAssembly.Memory.prototype;
    const grow = memory.grow;
    memory.grow = function (pages) {
      if (this.buffer.byteLength + pages * 65536 > ${MAX_MEMORY}) throw new RangeError('memory limit');
      return grow.call(this, pages);
    };
    (${serve.toString()})(require(threads.workerData.library), threads.workerData, threads.parentPort)`;
  return new Worker(text, { eval: true, execArgv: [], env: {}, workerData });
}

function threadOn(worker: Worker, timeLimitMs: number): QueryThread {
  // What fails while nothing is asked is told by the next answer, or by none.
  worker.on('error', () => undefined);
  let isOver = false;
  worker.on('exit', () => {
    isOver = true;
  });
  return {
    ask: async (statements) => {
      if (isOver) return err({ reason: 'limit', message: 'SQLite was stopped' });
      const answer = await answerOf(worker, statements, timeLimitMs);
      return 'rows' in answer ? ok(answer.rows) : err(answer.failure);
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

async function answerOf(worker: Worker, statements: readonly string[], timeLimitMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const end = (answer: Answer): void => {
      clearTimeout(timer);
      // By name: a worker has listeners of its own.
      worker.off('message', end).off('error', broke).off('exit', ended);
      resolve(answer);
    };
    const failed = (message: string): void => {
      end({ failure: { reason: 'limit', message } });
    };
    const broke = ({ message }: Error): void => {
      failed(`SQLite did not run: ${message}`);
    };
    const ended = (): void => {
      failed('SQLite was stopped');
    };
    const timer = setTimeout(() => {
      failed(`SQLite did not answer within ${timeLimitMs / 1000} s`);
    }, timeLimitMs);
    worker.on('message', end).on('error', broke).on('exit', ended);
    worker.postMessage(statements);
  });
}

/**
 * What the thread does. It gets the text of this function, so nothing outside of it may be named: a file of its own would
 * not be found once the library is bundled.
 */
function serve(sqlite: typeof Sqlite, { path, maxAnswer }: ThreadData, port: MessagePort): void {
  let database: Sqlite.Database | undefined;
  const open = (): Sqlite.Database => {
    const opened = new sqlite.Database(path, { readOnly: true });
    // Exclusive, since there is no shared memory here, which a database with a write-ahead log needs otherwise.
    opened.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;');
    return opened;
  };
  const answer = (statements: readonly string[]): Answer => {
    database ??= open();
    const rows: DatabaseRow[] = [];
    let size = 0;
    for (const sql of statements) {
      const statement = database.prepare(sql);
      try {
        for (const row of statement.iterate() as Iterable<DatabaseRow>) {
          for (const value of Object.values(row))
            size += 16 + (typeof value === 'string' || value instanceof Uint8Array ? value.length : 0);
          if (size > maxAnswer)
            return { failure: { reason: 'limit', message: `SQLite gave more than ${maxAnswer} bytes` } };
          rows.push(row);
        }
      } finally {
        statement.finalize();
      }
    }
    return { rows };
  };
  port.on('message', (statements: readonly string[]) => {
    try {
      port.postMessage(answer(statements));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      port.postMessage({ failure: { reason: 'sqlite', message } });
    }
  });
}
