/** What each exit status of `wca` means. Scripts rely on them; they are never renumbered. */
export const EXIT = {
  /** Done, or the answer is yes. */
  done: 0,
  /** The answer is no: access blocked, a check failed, something was skipped. */
  no: 1,
  /** With `--detailed-exitcode`: nothing is wrong and there are changes to make. */
  changes: 2,
  /** The command line is wrong. */
  usage: 64,
  /** Refused; nothing was changed. */
  refused: 65,
  /** A named input does not exist. */
  notFound: 66,
  /** A bug in this program. */
  bug: 70,
  /** Apply failed and everything was rolled back. */
  rolledBack: 73,
  /** A rollback could not be completed. */
  rollbackIncomplete: 74,
  /** Another run holds the lock, or an interrupted run is waiting. */
  locked: 75,
  /** Needs root. */
  needsRoot: 77,
  /** The plan no longer fits the host. */
  stalePlan: 78,
} as const;

/** One of the numbers in {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
