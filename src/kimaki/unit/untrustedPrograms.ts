import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkTrustedPath } from '../../posix/handles/index.js';
import type { TrustError } from '../../posix/handles/index.js';
import type { PrivilegedLine } from './privilegedLines.js';

/** A program that runs as root and that another account can replace. */
export interface UntrustedProgram {
  readonly line: PrivilegedLine;
  /** The component that an account other than root can change, or that does not exist. */
  readonly component: string;
  readonly reason: string;
}

/**
 * Finds the privileged programs that an account other than root can replace.
 *
 * Through such a line, an account that can write there gets root at the next start. Judged are the program and every directory
 * above it, links included; what the program itself reads or starts is not. A bare name is looked up by systemd in
 * the system's own directories and counts as trusted; a program that is missing is listed, since whoever can
 * create it decides what runs.
 */
export function untrustedPrograms(
  lines: readonly PrivilegedLine[],
): ResultAsync<readonly UntrustedProgram[], TrustError> {
  return new ResultAsync(check(lines));
}

async function check(lines: readonly PrivilegedLine[]): Promise<Result<readonly UntrustedProgram[], TrustError>> {
  const found: UntrustedProgram[] = [];
  for (const line of lines.filter(({ path }) => path.startsWith('/'))) {
    const trusted = await checkTrustedPath(line.path);
    if (trusted.isOk()) continue;
    const { error } = trusted;
    if (error.code === 'UNTRUSTED_PATH') found.push({ line, component: error.component, reason: error.reason });
    else if (error.code === 'NOT_FOUND') found.push({ line, component: error.component, reason: 'does not exist' });
    else return err(error);
  }
  return ok(found);
}
