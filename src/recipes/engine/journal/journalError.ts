import type { IoError } from '../../../posix/paths/index.js';

/** A journal that cannot be replayed or belongs to someone else; the run it tells of is left as it is. */
export type JournalError =
  | {
      readonly code: 'JOURNAL_CORRUPT';
      readonly message: string;
      readonly path: string;
      /** Number of the first record that is wrong, from 1. */
      readonly record: number;
      readonly reason: string;
    }
  | { readonly code: 'JOURNAL_UNTRUSTED'; readonly message: string; readonly path: string; readonly reason: string }
  | {
      readonly code: 'JOURNAL_VERSION';
      readonly message: string;
      readonly path: string;
      /** What the journal has, and what this version of the tool reads. */
      readonly formatVersion: number;
      readonly expected: number;
    }
  | IoError;

/** A run began and neither ended nor was rolled back; until it did, no run of any recipe begins. */
export interface InterruptedRun {
  readonly code: 'INTERRUPTED_RUN';
  readonly message: string;
  /** The recipe it is a run of; resume and rollback of that recipe end it. */
  readonly recipe: string;
  readonly runId: string;
  /** `back` when a rollback had begun: only going on with it is left. */
  readonly direction: 'forward' | 'back';
}
