import { readdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, unlessAborted } from '../paths/index.js';
import type { Aborted, IoError } from '../paths/index.js';
import { readProcess } from './readProcess.js';
import type { ProcessStatus } from './readProcess.js';

/** Processes read at the same time: a few, since each is four small files. */
const AT_ONCE = 16;

/**
 * Lists every process that is there while the list is made, threads and zombies not counted, in the order of pids.
 *
 * A process that ends meanwhile is left out, one that starts meanwhile may be missing: it is no snapshot. Where /proc
 * hides the processes of others (`hidepid`, another pid namespace) only the visible ones are listed.
 *
 * Errors: `IO`; `ABORTED` when the signal stopped it.
 *
 * @example
 * ```ts
 * import { listProcesses } from '@wca/runtime-sdk/posix';
 *
 * const processes = await listProcesses();
 * if (processes.isErr()) console.error(processes.error.message);
 * else console.log(processes.value.filter((one) => one.uid === 0).length, 'run as root');
 * ```
 */
export function listProcesses(
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<readonly ProcessStatus[], IoError | Aborted> {
  return new ResultAsync(list(options.signal));
}

async function list(signal: AbortSignal | undefined): Promise<Result<readonly ProcessStatus[], IoError | Aborted>> {
  const pids = await listPids();
  if (pids.isErr()) return err(pids.error);
  const found: ProcessStatus[] = [];
  for (let start = 0; start < pids.value.length; start += AT_ONCE) {
    const goesOn = unlessAborted(signal, 'listing processes');
    if (goesOn.isErr()) return err(goesOn.error);
    const read = await Promise.all(pids.value.slice(start, start + AT_ONCE).map((pid) => readProcess(pid)));
    for (const one of read) {
      if (one.isOk()) found.push(one.value);
      else if (one.error.code !== 'PROCESS_GONE') return err(one.error);
    }
  }
  return ok(found);
}

/** The pids in /proc now, ascending. */
export function listPids(): ResultAsync<readonly number[], IoError> {
  return ResultAsync.fromPromise(readdir('/proc'), (cause) => ioError(cause, 'readdir', '/proc')).map((names) =>
    names
      .filter((name) => /^[0-9]+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b),
  );
}
