import { readFile, readdir, readlink } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../paths/index.js';
import type { IoError } from '../paths/index.js';

/** The state of a listening TCP socket in /proc/net/tcp (include/net/tcp_states.h). */
const LISTEN = '0A';

/**
 * The TCP ports a process listens on right now, ascending, each once; IPv4 and IPv6 alike.
 *
 * Sockets are matched by inode between `/proc/PID/fd` and `/proc/PID/net/tcp*`, so the ports are those of the
 * process's own network namespace. Children are not looked at. A process that is gone has none.
 *
 * Errors: `IO` when /proc cannot be read, as by anyone but its owner and root.
 *
 * @param pid - the process
 */
export function listeningPorts(pid: number): ResultAsync<readonly number[], IoError> {
  return new ResultAsync(find(`/proc/${pid}`));
}

async function find(process: string): Promise<Result<readonly number[], IoError>> {
  const handles = await ResultAsync.fromPromise(readdir(`${process}/fd`), (cause) =>
    ioError(cause, 'readdir', `${process}/fd`),
  );
  if (handles.isErr()) return handles.error.errno === 'ENOENT' ? ok([]) : err(handles.error);
  const targets = await Promise.all(handles.value.map((name) => readlink(`${process}/fd/${name}`).catch(() => '')));
  const inodes = new Set(targets.map((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1]));
  const ports = new Set<number>();
  for (const table of ['tcp', 'tcp6']) {
    const text = await readFile(`${process}/net/${table}`, 'latin1').catch(() => '');
    for (const { port, inode } of parseListening(text)) {
      if (inodes.has(inode)) ports.add(port);
    }
  }
  return ok([...ports].sort((one, other) => one - other));
}

/**
 * Whether any process listens on this TCP port, in the network namespace of this process.
 *
 * Errors: `IO` when /proc cannot be read.
 */
export function isListening(port: number): ResultAsync<boolean, IoError> {
  const read = (table: string): ResultAsync<string, IoError> =>
    ResultAsync.fromPromise(readFile(table, 'latin1'), (cause) => ioError(cause, 'read', table)).orElse((error) =>
      // A kernel without IPv6 has no such table.
      error.errno === 'ENOENT' ? ok('') : err(error),
    );
  return ResultAsync.combine([read('/proc/net/tcp'), read('/proc/net/tcp6')]).map((tables) =>
    tables.some((text) => parseListening(text).some((one) => one.port === port)),
  );
}

/** The listening rows of a /proc/net/tcp table: proc_pid_net(5). */
export function parseListening(table: string): readonly { readonly port: number; readonly inode: string }[] {
  return table.split('\n').flatMap((row) => {
    const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
    const port = Number.parseInt(local?.split(':')[1] ?? '', 16);
    return state === LISTEN && inode !== undefined && Number.isInteger(port) ? [{ port, inode }] : [];
  });
}
