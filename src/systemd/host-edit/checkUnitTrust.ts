import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkTrustedPath } from '../../posix/handles/index.js';
import type { TrustError } from '../../posix/handles/index.js';

/**
 * Makes sure that only root can change what a unit file, or the place of a new one, is: the file, its directory and
 * everything above belong to root and are writable by nobody else. Of a file that is not there yet, the nearest
 * directory that is.
 *
 * systemd loads a unit file that everyone may write to, with a warning; whoever can write to it runs programs as root,
 * and an edit of it would prove nothing. See `checkTrustedPath` for what is not seen.
 *
 * Errors: `UNTRUSTED_PATH` with the component and the reason; `RELATIVE_PATH`; `SYMLINK_LOOP`; `NOT_FOUND` for a link
 * that leads nowhere; `IO`.
 *
 * Source: "Configuration file %s is marked world-writable" in systemd's src/shared/conf-parser.c.
 */
export function checkUnitTrust(path: string): ResultAsync<void, TrustError> {
  return new ResultAsync(walkUp(path));
}

async function walkUp(path: string): Promise<Result<void, TrustError>> {
  for (let current = path; ; current = current.slice(0, current.lastIndexOf('/')) || '/') {
    const checked = await checkTrustedPath(current);
    if (checked.isOk()) return ok(undefined);
    // Missing on the way, not behind a link.
    const isMissing = checked.error.code === 'NOT_FOUND' && `${current}/`.startsWith(`${checked.error.component}/`);
    if (!isMissing || current === '/') return err(checked.error);
  }
}
