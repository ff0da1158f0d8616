import { guarded } from './callback.js';

/** How far a long work on a tree has come. @inline */
export interface TreeProgress {
  /** Entries done so far. */
  readonly entries: number;
}

const INTERVAL_MS = 100;

/**
 * Makes `onProgress` fit to be told of every entry: it is called with the first, then at most every 100 ms. What it
 * throws is marked for `rethrowCallback`.
 *
 * @param onProgress - of the caller; without it nothing is done
 * @returns takes a function, so that a report is made only when it is told
 */
export function progressReporter<P>(onProgress: ((progress: P) => void) | undefined): (report: () => P) => void {
  if (onProgress === undefined) return () => undefined;
  const tell = guarded(onProgress);
  let nextMs = 0;
  return (report) => {
    const nowMs = performance.now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + INTERVAL_MS;
    tell(report());
  };
}
