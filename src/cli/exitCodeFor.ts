import { EXIT } from './exitCodes.js';
import type { ExitCode } from './exitCodes.js';

/** Error codes whose exit status is the same wherever they turn up. */
const KNOWN: Readonly<Record<string, ExitCode>> = {
  USAGE: EXIT.usage,
  RELATIVE_PATH: EXIT.usage,
  NOT_FOUND: EXIT.notFound,
  SYMLINK_LOOP: EXIT.notFound,
  UNIT_NOT_FOUND: EXIT.notFound,
  USER_NOT_FOUND: EXIT.notFound,
  GROUP_NOT_FOUND: EXIT.notFound,
  SITE_NOT_FOUND: EXIT.notFound,
  LOCKED: EXIT.locked,
  RUN_INTERRUPTED: EXIT.locked,
  NEEDS_ROOT: EXIT.needsRoot,
  PLAN_STALE: EXIT.stalePlan,
};

/** The exit status an error ends a command with when the command has no better one: 65 where nothing is known. */
export function exitCodeFor(code: string): ExitCode {
  return KNOWN[code] ?? EXIT.refused;
}
