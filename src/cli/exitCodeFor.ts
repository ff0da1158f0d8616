import type { CliError } from './command.js';
import { EXIT } from './exitCodes.js';
import type { ExitCode } from './exitCodes.js';

/** Error codes whose exit status is the same wherever they turn up. */
const KNOWN: ReadonlyMap<string, ExitCode> = new Map<string, ExitCode>([
  ['USAGE', EXIT.usage],
  ['INVALID_OPTIONS', EXIT.usage],
  ['RELATIVE_PATH', EXIT.usage],
  ['INVALID_USER_NAME', EXIT.usage],
  ['INVALID_EXECUTABLE_NAME', EXIT.usage],
  ['INVALID_UNIT_NAME', EXIT.usage],
  ['INVALID_UNIT_KEY', EXIT.usage],
  ['INVALID_LABEL', EXIT.usage],
  ['NOT_FOUND', EXIT.notFound],
  ['NOT_A_DIRECTORY', EXIT.notFound],
  ['SYMLINK_LOOP', EXIT.notFound],
  ['UNIT_NOT_FOUND', EXIT.notFound],
  ['UNIT_WITHOUT_FILE', EXIT.notFound],
  ['USER_NOT_FOUND', EXIT.notFound],
  ['GROUP_NOT_FOUND', EXIT.notFound],
  ['SITE_NOT_FOUND', EXIT.notFound],
  ['BLOCK_NOT_FOUND', EXIT.notFound],
  ['LOCKED', EXIT.locked],
  ['INTERRUPTED_RUN', EXIT.locked],
  ['RUN_GOES_ON', EXIT.locked],
  ['RUN_LOST', EXIT.locked],
  ['NEEDS_ROOT', EXIT.needsRoot],
  ['STALE_PLAN', EXIT.stalePlan],
  ['OTHER_HOST', EXIT.stalePlan],
]);

/**
 * The exit status an error ends a command with when the command knows no better one: 65 for what is not listed. What
 * the kernel does not let an ordinary user do needs root. A path below a file does not exist, and one that is too long is a
 * wrong argument.
 */
export function exitCodeFor(error: CliError): ExitCode {
  const errno = 'errno' in error ? error.errno : null;
  const isDenied = errno === 'EACCES' || errno === 'EPERM';
  if (isDenied && process.geteuid?.() !== 0) return EXIT.needsRoot;
  if (error.code === 'IO' && errno === 'ENOTDIR') return EXIT.notFound;
  if (error.code === 'IO' && errno === 'ENAMETOOLONG') return EXIT.usage;
  return KNOWN.get(error.code) ?? EXIT.refused;
}
