import { closeSync, constants, fstatSync, openSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { byteString, ioError, isAtOrBelow, nodePath, printablePath, toBytes, unlessAborted } from '../paths/index.js';
import type { Aborted, IoError } from '../paths/index.js';
import { listPids } from './listProcesses.js';

/** A process that has something at or below one of the paths in use. @inline */
export interface Holder {
  readonly pid: number;
  readonly name: string;
  /** Real uid. */
  readonly uid: number;
  /** What it holds, printable; ` (deleted)` after it when the name is gone but the file lives on in the process. */
  readonly path: string;
  /** An open descriptor, the working directory, the running program, or a mapped file. */
  readonly kind: 'fd' | 'cwd' | 'exe' | 'map';
}

/**
 * Finds every process that has a file at or below one of these paths open, mapped, running or as working directory.
 *
 * Paths are compared by whole components (`/root/.kimaki` does not match `/root/.kimaki2`), as given and with their
 * links resolved; deleted files count. Each file is listed once per process and kind. This process is looked at too.
 *
 * It compares names, so it does not see a file held through another hard link, a bind mount at another place, a
 * bound unix socket (the kernel names no path for it), or by another host on a network filesystem. Where the path of what
 * is held is longer than the kernel tells (4095 bytes), a directory is found by those above it and listed as the path it is
 * below; an open file is not seen. It is no lock either: a process may open the file right after.
 *
 * Processes that end meanwhile are passed over. A process that may not be looked into (ptrace(2), access mode
 * checking: root sees all but what a container or a security module hides) is an `IO` error with `EACCES`, since
 * the answer would be incomplete; with `onHidden` it is reported there instead. `ABORTED` when the signal stopped it.
 *
 * @param paths - absolute; they need not exist
 * @param options - `onHidden` is told the pid of each process that could not be looked into; what it throws is thrown
 *
 * @example
 * ```ts
 * import { findHolders } from '@wca/runtime-sdk/posix';
 *
 * const holders = await findHolders(['/root/.kimaki']);
 * if (holders.isErr()) console.error(holders.error.message);
 * else for (const { pid, name, path } of holders.value) console.log(`${name} (${pid}) holds ${path}`);
 * ```
 */
export function findHolders(
  paths: readonly string[],
  options: { readonly onHidden?: (pid: number) => void; readonly signal?: AbortSignal } = {},
): ResultAsync<readonly Holder[], IoError | Aborted> {
  return new ResultAsync(find(paths, options.onHidden, options.signal));
}

async function find(
  paths: readonly string[],
  onHidden: ((pid: number) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<Result<readonly Holder[], IoError | Aborted>> {
  const roots = new Set<string>();
  for (const path of paths) {
    roots.add(trimmed(path));
    // A path that is not there has nothing to resolve; files deleted below it still carry its name.
    roots.add(trimmed(await realpath(path).catch(() => path)));
  }
  const pids = await listPids();
  if (pids.isErr()) return err(pids.error);
  const sought: Sought = { roots, below: idsOf(roots) };
  const holders: Holder[] = [];
  for (const [index, pid] of pids.value.entries()) {
    if (index % 16 === 15) await nextTurn();
    const goesOn = unlessAborted(signal, 'the search for processes that hold files');
    if (goesOn.isErr()) return err(goesOn.error);
    const found = holdingsOf(pid, sought);
    if (found.isOk()) holders.push(...found.value);
    else if (onHidden !== undefined && isHidden(found.error)) onHidden(pid);
    else return err(isHidden(found.error) ? hidden(pid, found.error) : found.error);
  }
  return ok(holders);
}

/** What is looked for. */
interface Sought {
  readonly roots: ReadonlySet<string>;
  /** Directories by device and inode, with the root that each is at or below; the empty string for none. */
  readonly below: Map<string, string>;
}

/** Of a directory whose path is longer than the kernel tells, so many directories above it are looked at. */
const MOST_ABOVE = 20_000;

/** Synchronous: thousands of tiny reads of a filesystem in memory, several times slower one promise each. */
function holdingsOf(pid: number, sought: Sought): Result<readonly Holder[], IoError> {
  const directory = `/proc/${pid}`;
  const held = new Map<string, { readonly path: string; readonly kind: Holder['kind'] }>();
  const note = (target: string, kind: Holder['kind']): void => {
    if (isBelow(target, sought.roots)) held.set(`${kind} ${target}`, { path: target, kind });
  };
  try {
    for (const kind of ['cwd', 'exe'] as const) note(linkOf(`${directory}/${kind}`, sought), kind);
    for (const fd of listed(`${directory}/fd`)) note(linkOf(`${directory}/fd/${fd}`, sought), 'fd');
    for (const target of mappedFiles(directory)) note(target, 'map');
    if (held.size === 0) return ok([]);
    const status = readFileSync(`${directory}/status`, 'utf8');
    const name = printablePath(/^Name:\t(.*)$/m.exec(status)?.[1] ?? '');
    const uid = Number(/^Uid:\t([0-9]+)/m.exec(status)?.[1] ?? Number.NaN);
    return ok(
      [...held.values()].map(({ path, kind }) => ({
        pid,
        name,
        uid,
        path: printablePath(toBytes(path)),
        kind,
      })),
    );
  } catch (cause) {
    return isGone(cause) ? ok([]) : err(ioError(cause, 'read', directory));
  }
}

function isHidden(error: IoError): boolean {
  return error.errno === 'EACCES' || error.errno === 'EPERM';
}

function hidden(pid: number, error: IoError): IoError {
  const found = `process ${pid} may not be inspected (${error.errno})`;
  return { ...error, message: `${found}, so it may use the files; run as root, outside a container` };
}

function trimmed(path: string): string {
  return byteString(path.replace(/(?<=.)\/+$/, ''));
}

function isBelow(target: string, roots: ReadonlySet<string>): boolean {
  // proc_pid_fd(5): " (deleted)" is appended; a file may as well be called so, hence both readings.
  const name = target.endsWith(' (deleted)') ? target.slice(0, -' (deleted)'.length) : target;
  for (const root of roots) {
    if (name === root || isAtOrBelow(target, root)) return true;
  }
  return false;
}

/**
 * The target of a link in /proc, or the empty string for what has just gone or never was (a kernel thread's exe). Any
 * account can go where the path is longer than the kernel tells: then the root that it leads below, or the empty string.
 */
function linkOf(path: string, sought: Sought): string {
  try {
    return readlinkSync(path, 'latin1');
  } catch (cause) {
    if (isGone(cause)) return '';
    if (ioError(cause, 'readlink', '').errno === 'ENAMETOOLONG') return rootAbove(path, sought);
    throw cause;
  }
}

function idsOf(roots: ReadonlySet<string>): Sought['below'] {
  const ids: Sought['below'] = new Map();
  for (const root of roots) {
    try {
      const { dev, ino } = statSync(nodePath(root));
      ids.set(`${dev}:${ino}`, root);
    } catch {
      // What cannot be looked at is found by its name alone.
    }
  }
  return ids;
}

/**
 * The root at or above a directory that a link in /proc leads to; the empty string for none, and for what is no directory.
 * Each directory above is looked at once in a search, however many lie below it.
 */
function rootAbove(link: string, { below }: Sought): string {
  // Pinned and not opened (O_PATH, which Node does not name): a filesystem of another account must not be waited for.
  const open = (path: string): number => openSync(path, 0o10000000 | constants.O_DIRECTORY);
  const passed: string[] = [];
  let root = '';
  let fd = -1;
  try {
    fd = open(link);
    while (passed.length < MOST_ABOVE) {
      const { dev, ino } = fstatSync(fd);
      const id = `${dev}:${ino}`;
      const known = below.get(id);
      if (known !== undefined) root = known;
      // Only the topmost directory lies in itself.
      if (known !== undefined || id === passed.at(-1)) break;
      passed.push(id);
      const next = open(`/proc/self/fd/${fd}/..`);
      closeSync(fd);
      fd = next;
    }
  } catch (cause) {
    if (!isGone(cause) && ioError(cause, 'open', '').errno !== 'ENOTDIR') throw cause;
  } finally {
    if (fd !== -1) closeSync(fd);
  }
  for (const id of passed) below.set(id, root);
  return root;
}

function listed(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (cause) {
    if (isGone(cause)) return [];
    throw cause;
  }
}

/** proc_pid_maps(5): five fields, then the path, in which a newline is written `\012`. */
function mappedFiles(directory: string): ReadonlySet<string> {
  const files = new Set<string>();
  for (const line of readFileSync(`${directory}/maps`, 'latin1').split('\n')) {
    const slash = line.indexOf('/');
    if (slash > 0) files.add(line.slice(slash).replaceAll('\\012', '\n'));
  }
  return files;
}

function isGone(cause: unknown): boolean {
  const { errno } = ioError(cause, 'read', '');
  return errno === 'ENOENT' || errno === 'ESRCH';
}
