import { createHmac } from 'node:crypto';
import { hostname } from 'node:os';
import { ok } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import { readRegularFile } from '../../../posix/files/index.js';
import type { ReadFileError } from '../../../posix/files/index.js';
import type { PlanHost } from './plan.js';

/** Any fixed value of our own: machine-id(5) asks applications to hash the id with one. */
const APPLICATION = 'wca-runtime-sdk plan 1';

/**
 * Identifies this machine without revealing its machine id.
 *
 * `machineId` is an HMAC of /etc/machine-id, as machine-id(5) recommends for what leaves the host; a machine that was
 * cloned with its machine id has the same one. The host name is for people.
 *
 * Errors: those of reading /etc/machine-id; `NOT_FOUND` on a host that systemd never booted.
 *
 * @example
 * ```ts
 * import { currentHost } from '@wca/runtime-sdk/recipes';
 *
 * const host = await currentHost();
 * if (host.isErr()) console.error(host.error.code, host.error.message);
 * else console.log(host.value.hostname);
 * ```
 */
export function currentHost(): ResultAsync<PlanHost, ReadFileError> {
  // A link in some images (to /var/lib/dbus/machine-id).
  return readRegularFile('/etc/machine-id', { maxBytes: 4096, followLinks: true }).andThen(({ bytes }) =>
    ok({
      machineId: createHmac('sha256', bytes.toString('latin1').trim()).update(APPLICATION).digest('hex').slice(0, 32),
      hostname: hostname(),
    }),
  );
}
