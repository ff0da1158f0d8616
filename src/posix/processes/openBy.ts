import { readdir, readlink } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, isAtOrBelow } from '../paths/index.js';
import type { IoError } from '../paths/index.js';
import { listeningPorts } from './listeningPorts.js';
import type { ProcessStatus } from './readProcess.js';

/** A process with the TCP ports that it listens on and the files that it has open. */
export interface OpenProcess {
  readonly process: ProcessStatus;
  readonly ports: readonly number[];
  /** As the kernel names them, each once; of a deleted one with ` (deleted)` behind it. */
  readonly files: readonly string[];
}

/**
 * Tells of each of these processes which TCP ports it listens on and which files at or below the directory it has open;
 * null for no files.
 *
 * One process is read after another, and one that ends meanwhile has nothing. Files that are only mapped are not seen.
 *
 * Errors: `IO` when /proc cannot be read, as by anyone but the owner of a process and root.
 */
export function openBy(
  processes: readonly ProcessStatus[],
  directory: string | null,
): ResultAsync<readonly OpenProcess[], IoError> {
  return new ResultAsync(read(processes, directory));
}

async function read(
  processes: readonly ProcessStatus[],
  directory: string | null,
): Promise<Result<readonly OpenProcess[], IoError>> {
  const found: OpenProcess[] = [];
  for (const process of processes) {
    const ports = await listeningPorts(process.pid);
    if (ports.isErr()) return err(ports.error);
    const files = await openFiles(process.pid);
    if (files.isErr()) return err(files.error);
    const below = files.value.filter((path) => directory !== null && isAtOrBelow(path, directory));
    found.push({ process, ports: ports.value, files: [...new Set(below)] });
  }
  return ok(found);
}

async function openFiles(pid: number): Promise<Result<readonly string[], IoError>> {
  const directory = `/proc/${pid}/fd`;
  const listed = await ResultAsync.fromPromise(readdir(directory), (cause) => ioError(cause, 'readdir', directory));
  if (listed.isErr()) return ['ENOENT', 'ESRCH'].includes(listed.error.errno) ? ok([]) : err(listed.error);
  return ok(await Promise.all(listed.value.map((fd) => readlink(`${directory}/${fd}`).catch(() => ''))));
}
