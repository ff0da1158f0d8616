import { join } from 'node:path';

/** Where runs are kept by default: owned by root, 0700. */
export const DEFAULT_STATE_DIR = '/var/lib/wca';

/** The files of one run. */
export interface RunFiles {
  readonly runDir: string;
  readonly journal: string;
  /** How many records the journal has. */
  readonly head: string;
  /** Directory of large undo data. */
  readonly records: string;
  /** Space reserved for a rollback. */
  readonly reserve: string;
  /** Paths of the space reserved on other filesystems. */
  readonly reservesElsewhere: string;
}

/** The files of the run in this directory. */
export function runFilesIn(runDir: string): RunFiles {
  return {
    runDir,
    journal: join(runDir, 'journal.jsonl'),
    head: join(runDir, 'journal.head'),
    records: join(runDir, 'records'),
    reserve: join(runDir, 'reserve'),
    reservesElsewhere: join(runDir, 'reserves.json'),
  };
}

/** Where the runs are. */
export function runsDir(stateDir: string): string {
  return join(stateDir, 'runs');
}

/** The lock that allows one run at a time. */
export function lockFile(stateDir: string): string {
  return join(stateDir, 'lock');
}
