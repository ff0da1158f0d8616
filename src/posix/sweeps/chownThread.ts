import type * as Fs from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import { handlesOfThisProcess } from '../handles/index.js';
import type { TreeChange } from '../handles/index.js';

/** A change that was judged on a handle. */
export interface JudgedChange {
  readonly fd: number;
  readonly change: TreeChange;
}

/** A second thread that changes owners while this one judges. Handles belong to the process, so it has the same. */
export interface ChownThread {
  /**
   * Looks at each inode again, on its handle, and gives it to its new owner when it is still as `before` says. 1 for
   * those it has changed, whose handles it has closed; all others it has left to the caller, handle and all.
   */
  act(batch: readonly JudgedChange[]): Promise<Uint8Array>;
  stop(): Promise<void>;
}

/** Numbers for each change: see `orderOf`. */
const FIELDS = 8;

/** One message to the thread. */
interface Order {
  readonly handles: string;
  readonly fields: number;
  readonly numbers: Float64Array;
  /** One byte for each change, set before its handle is closed: right even if the thread dies. */
  readonly done: Uint8Array;
}

/** Starts the thread. One that does not start, or dies, does nothing, and everything is left to the caller. */
export function startChownThread(): ChownThread {
  try {
    return threadOn(newWorker());
  } catch {
    // No more threads or memory to be had.
    return { act: () => Promise.resolve(new Uint8Array()), stop: () => Promise.resolve() };
  }
}

function newWorker(): Worker {
  const text = `(${serve.toString()})(require('node:fs'), require('node:worker_threads').parentPort)`;
  return new Worker(text, { eval: true, execArgv: [], env: {}, trackUnmanagedFds: false });
}

function threadOn(worker: Worker): ChownThread {
  worker.unref();
  let dead = false;
  let answer: (() => void) | null = null;
  const answered = (): void => {
    answer?.();
    answer = null;
  };
  const died = (): void => {
    dead = true;
    answered();
  };
  worker.on('message', answered).on('error', died).on('exit', died);
  return {
    act: async (batch) => {
      if (dead) return new Uint8Array();
      const order = orderOf(batch);
      await new Promise<void>((resolve) => {
        answer = resolve;
        // Awaited work must keep the process alive.
        worker.ref();
        worker.postMessage(order);
      });
      worker.unref();
      return order.done;
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

function orderOf(batch: readonly JudgedChange[]): Order {
  const numbers = new Float64Array(batch.length * FIELDS);
  batch.forEach(({ fd, change: { type, before, after } }, n) => {
    // Only owners: a change of mode has its order of steps, which is not this thread's.
    const mode = before.mode === after.mode ? before.mode : -1;
    const several = type === 'directory' ? 1 : 0;
    const hasMode = type === 'symlink' ? 0 : 1;
    numbers.set([fd, before.uid, before.gid, mode, hasMode, several, after.uid, after.gid], n * FIELDS);
  });
  const done = new Uint8Array(new SharedArrayBuffer(batch.length));
  return { numbers, done, handles: handlesOfThisProcess(), fields: FIELDS };
}

/**
 * What the thread does. It gets the text of this function, so nothing outside of it may be named: a file of its own
 * would not be found once the library is bundled.
 */
function serve(fs: Pick<typeof Fs, 'fstatSync' | 'chownSync' | 'closeSync'>, port: MessagePort): void {
  port.on('message', ({ numbers, done, handles, fields }: Order) => {
    for (let n = 0, at = 0; n < done.length; n += 1, at += fields) {
      const fd = numbers[at] ?? -1;
      try {
        const now = fs.fstatSync(fd);
        const sameOwner = now.uid === numbers[at + 1] && now.gid === numbers[at + 2];
        const sameMode = (now.mode & 0o7777) === numbers[at + 3] || (numbers[at + 4] === 0 && numbers[at + 3] !== -1);
        if (!sameOwner || !sameMode || (now.nlink !== 1 && numbers[at + 5] === 0)) continue;
        fs.chownSync(`${handles}/${fd}`, numbers[at + 6] ?? -1, numbers[at + 7] ?? -1);
      } catch {
        // Left to the caller, who will meet the same and say so.
        continue;
      }
      done[n] = 1;
      fs.closeSync(fd);
    }
    port.postMessage(null);
  });
}
