import { toldText } from '../../posix/secrets/index.js';
import { remedy } from '../../posix/findings/index.js';
import type { Remedy } from '../../posix/findings/index.js';

/**
 * Why a recipe did not begin. Nothing was changed.
 *
 * `code` is stable; the command line ends with 77 for `NEEDS_ROOT`, with 66 where something that was named does not exist,
 * and with 65 otherwise.
 */
export type Refusal<Code extends string = string> = {
  readonly code: Code;
  /** What it is about: the name of a unit or an account, a path, or `host`. */
  readonly subject: string;
  /** What was found, and what was expected. */
  readonly message: string;
  /** What to do next. */
  readonly remedy: Remedy;
};

/** Why a migration is not planned. */
export type MigrationRefusal = Refusal<RefusalCode>;

/** Every reason to refuse, by name. */
export type RefusalCode =
  | 'INVALID_OPTIONS'
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
  | 'SITE_UNUSABLE'
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
  | 'RUNNER_UNTRUSTED'
  | 'RUNNER_MISSING'
  | 'RUNNER_CHANGED'
  | 'MOUNT_IN_THE_WAY'
  | 'NOT_WRITABLE'
  | 'IMMUTABLE'
  | 'NO_SPACE'
  | 'STATE_IN_USE'
  | 'STATE_SHARED'
  | 'MOVES_MEET'
  | 'PORT_IN_USE'
  | 'RUNS_FROM_STATE'
  | 'UNSAFE_ENTRIES'
  | 'CANNOT_OBSERVE';

/** Makes a refusal. */
export function refusal<Code extends string = RefusalCode>(
  code: Code,
  subject: string,
  message: string,
  way: Remedy,
): Refusal<Code> {
  return { code, subject, message: toldText(message), remedy: way };
}

/** A unit whose files cannot be rewritten. */
export function unusable(unit: string, message: string): MigrationRefusal {
  return refusal('UNIT_UNUSABLE', unit, message, remedy.text('repair what the message names, and plan again'));
}

/** Refuses because a part of the host could not be read: a recipe decides on nothing it has not seen. */
export function cannotObserve(cause: { readonly message: string }): MigrationRefusal {
  const way = remedy.text('repair what the message names, and plan again');
  return refusal('CANNOT_OBSERVE', subjectOf(cause), cause.message, way);
}

function subjectOf(cause: object): string {
  if ('path' in cause && typeof cause.path === 'string') return cause.path;
  return 'unit' in cause && typeof cause.unit === 'string' ? cause.unit : 'host';
}
