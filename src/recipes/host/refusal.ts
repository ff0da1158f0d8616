/**
 * Why a migration is not planned. Nothing was changed, and `message` tells the way out.
 *
 * `code` is stable; the command line ends with 77 for `NEEDS_ROOT`, 66 for what was named and is not there, and
 * 65 for the rest.
 */
export type MigrationRefusal = {
  readonly code: RefusalCode;
  readonly message: string;
};

/** Every reason to refuse, by name. */
export type RefusalCode =
  | 'NEEDS_ROOT'
  | 'NO_SYSTEMD'
  | 'INSIDE_THE_UNIT'
  | 'UNIT_NOT_FOUND'
  | 'SEVERAL_INSTANCES'
  | 'UNIT_UNUSABLE'
  | 'UNIT_CHANGED_ON_DISK'
  | 'TARGET_MISSING'
  | 'TARGET_IS_ROOT'
  | 'TARGET_UNUSABLE'
  | 'SITE_NOT_FOUND'
  | 'SITE_RUNS_AS_ROOT'
  | 'STATE_UNUSABLE'
  | 'STATE_IN_BOTH_HOMES'
  | 'EXTRA_PATH_REFUSED'
  | 'BINARY_UNREACHABLE'
  | 'DISPATCH_IMPOSSIBLE'
  | 'PRIVILEGED_LINES'
  | 'FAILS_AS_AGENT'
  | 'SETTING_AGAINST'
  | 'SHARED_UMASK'
  | 'UNTRUSTED_PATH'
  | 'MOUNT_IN_THE_WAY'
  | 'NOT_WRITABLE'
  | 'IMMUTABLE'
  | 'NO_SPACE'
  | 'STATE_IN_USE'
  | 'STATE_SHARED'
  | 'RUNS_FROM_STATE'
  | 'UNSAFE_ENTRIES'
  | 'CANNOT_OBSERVE';

/** A refusal as a record. */
export function refusal(code: RefusalCode, message: string): MigrationRefusal {
  return { code, message };
}

/** What could not be looked at stops the plan: a migration is not guessed. */
export function cannotObserve(cause: { readonly message: string }): MigrationRefusal {
  return { code: 'CANNOT_OBSERVE', message: cause.message };
}
