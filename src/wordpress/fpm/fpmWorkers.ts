import { readFile } from 'node:fs/promises';
import { ResultAsync, ok } from 'neverthrow';
import { listProcesses } from '../../posix/processes/index.js';
import { lookupUser } from '../../posix/accounts/index.js';
import { resultOf, unlessAborted } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ProcessStatus } from '../../posix/processes/index.js';
import type { ProgramError } from '../../posix/programs/index.js';
import { showUnit } from '../../systemd/manager/index.js';
import type { SystemdError } from '../../systemd/manager/index.js';

/** One running php-fpm worker. */
export interface FpmWorker extends ProcessStatus {
  /** Name of the user it runs as; the uid as text for a user without a name. */
  readonly user: string;
  /** Name of its pool from the title of the process; null when the title has none. */
  readonly pool: string | null;
}

/**
 * Lists the running workers of a php-fpm master with their user and umask from the kernel. It shows whether a umask or
 * a user is in force; `systemctl show` only tells what the next start would use.
 *
 * Workers are the children of the master in the cgroup of the unit. A program that a request has started is in the same
 * cgroup and is not a worker, whatever its umask is. An `ondemand` pool has no worker until a request comes. A script
 * can change the umask of its own worker during a request. A stopped unit has no workers: the list is empty.
 *
 * Errors: those of asking systemd for the unit; `IO` for /proc; `ABORTED`.
 *
 * @param unit - the unit of the master, `php8.2-fpm.service`
 *
 * @example
 * ```ts
 * import { fpmWorkers } from '@wca/runtime-sdk/wordpress';
 *
 * const workers = await fpmWorkers('php8.2-fpm.service');
 * if (workers.isErr()) console.error(workers.error.code, workers.error.message);
 * else for (const worker of workers.value) console.log(worker.pid, worker.pool, worker.user, worker.umask.toString(8));
 * ```
 *
 * Source: proc_pid_status(5), `Umask`; cgroups(7).
 */
export function fpmWorkers(
  unit: string,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<readonly FpmWorker[], SystemdError | IoError | ProgramError> {
  return resultOf(async function* () {
    const { controlGroup, mainPid } = yield* showUnit(unit);
    const workers: FpmWorker[] = [];
    if (controlGroup === '' || mainPid === 0) return ok(workers);
    yield* unlessAborted(options.signal, `listing the workers of ${unit}`);
    const inside = (yield* listProcesses()).filter(
      ({ ppid, cgroup }) => ppid === mainPid && (cgroup === controlGroup || cgroup.startsWith(`${controlGroup}/`)),
    );
    const names = new Map<number, string>();
    for (const process of inside) {
      if (!names.has(process.euid)) {
        const user = await lookupUser(process.euid);
        names.set(process.euid, user.isOk() ? user.value.name : String(process.euid));
      }
      const user = names.get(process.euid) ?? String(process.euid);
      workers.push({ ...process, user, pool: await poolOf(process.pid) });
    }
    return ok(workers);
  });
}

async function poolOf(pid: number): Promise<string | null> {
  const read = await ResultAsync.fromPromise(readFile(`/proc/${pid}/cmdline`, 'utf8'), () => null);
  return read.isOk() ? (/^php-fpm: pool ([^\0]+?)[ \0]*$/.exec(read.value)?.[1] ?? null) : null;
}
