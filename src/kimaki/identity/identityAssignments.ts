import { KIMAKI } from '../bridges/index.js';
import { shellQuote } from '../../posix/paths/index.js';
import type { ServiceIdentity } from './serviceIdentity.js';

/**
 * Writes an identity as assignments of a POSIX shell, one a line, that are safe to `eval` whatever is in it.
 *
 * `SERVICE_USER`, `SERVICE_HOME`, `RUN_AS_ROOT` (`true` or `false`) and `KIMAKI_DATA_DIR`, and nothing else. Every value
 * stands in single quotes, in which only the quote itself has a meaning (POSIX.1, 2.2.2). Warnings are not among them.
 */
export function identityAssignments(identity: ServiceIdentity): string {
  const values: readonly (readonly [string, string])[] = [
    ['SERVICE_USER', identity.serviceUser],
    ['SERVICE_HOME', identity.serviceHome],
    ['RUN_AS_ROOT', String(identity.runAsRoot)],
    [KIMAKI.variables.dataDir, identity.dataDir],
  ];
  return values.map(([name, value]) => `${name}=${shellQuote(value)}\n`).join('');
}
