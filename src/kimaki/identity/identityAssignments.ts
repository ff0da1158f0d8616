import { bridgeNamed } from '../bridges/index.js';
import { shellQuote } from '../../posix/paths/index.js';
import type { ServiceIdentity } from './serviceIdentity.js';

/**
 * Writes an identity as assignments of a POSIX shell, one a line, that are safe to `eval` whatever is in it.
 *
 * `SERVICE_USER`, `SERVICE_HOME`, `RUN_AS_ROOT` (`true` or `false`) and the data directory in the variable of the bridge
 * (`KIMAKI_DATA_DIR`, `ROADIE_DATA_DIR`; none where it has none), and nothing else. Every value
 * stands in single quotes, in which only the quote itself has a meaning (POSIX.1, 2.2.2). Warnings are not among them.
 */
export function identityAssignments(identity: ServiceIdentity): string {
  const { dataDir } = bridgeNamed(identity.bridge ?? 'kimaki').variables;
  const values: readonly (readonly [string, string])[] = [
    ['SERVICE_USER', identity.serviceUser],
    ['SERVICE_HOME', identity.serviceHome],
    ['RUN_AS_ROOT', String(identity.runAsRoot)],
    ...(dataDir === null ? [] : [[dataDir, identity.dataDir] as const]),
  ];
  return values.map(([name, value]) => `${name}=${shellQuote(value)}\n`).join('');
}
