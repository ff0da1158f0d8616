import { readFile, readlink } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, printablePath } from '../paths/index.js';
import type { IoError } from '../paths/index.js';

/** What the kernel says about one process at one moment, from `/proc/PID` (proc(5)). */
export interface ProcessStatus {
  readonly pid: number;
  readonly ppid: number;
  /** The command name, at most 15 bytes, as the process set it: for people, not a proof of anything. */
  readonly name: string;
  /** Real, then effective, ids. */
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  readonly egid: number;
  /** Supplementary groups as the process has them, which may differ from what its user has by now. */
  readonly groups: readonly number[];
  readonly umask: number;
  /** Path below the cgroup root, such as `/system.slice/kimaki.service`; empty when there is none. */
  readonly cgroup: string;
  /** Clock ticks after boot at which it started: with the pid, what tells a process from a later one. */
  readonly startTicks: number;
  /** The running program, `(deleted)` after it when the file is gone; undefined for kernel threads and when hidden. */
  readonly executable: string | undefined;
}

/** The process ended, or had never been. */
export interface ProcessGone {
  readonly code: 'PROCESS_GONE';
  readonly message: string;
  readonly pid: number;
}

/**
 * Tells who a process really is: ids, groups, umask, cgroup and start, as the kernel has them now.
 *
 * The files below /proc are read one after another, so a process that changes its ids meanwhile can be seen half way;
 * one that ends meanwhile is `PROCESS_GONE`, and so is a zombie, which has ended and only waits to be collected.
 * Another process may get the same pid later: compare `startTicks`.
 *
 * Errors: `PROCESS_GONE`, or `IO` (a /proc mounted with `hidepid`, for example, gives `ENOENT` and thus the former).
 *
 * @example
 * ```ts
 * import { readProcess } from '@wca/runtime-sdk/posix';
 *
 * const status = await readProcess(process.pid);
 * if (status.isErr()) console.error(status.error.message);
 * else console.log(status.value.uid, status.value.umask.toString(8), status.value.cgroup);
 * ```
 */
export function readProcess(pid: number): ResultAsync<ProcessStatus, IoError | ProcessGone> {
  return new ResultAsync(read(pid));
}

async function read(pid: number): Promise<Result<ProcessStatus, IoError | ProcessGone>> {
  if (!Number.isSafeInteger(pid) || pid < 1) return err(gone(pid));
  const directory = `/proc/${pid}`;
  try {
    const [status, stat, cgroup] = await Promise.all(
      ['status', 'stat', 'cgroup'].map((name) => readFile(`${directory}/${name}`, 'utf8')),
    );
    // No executable: a kernel thread (ENOENT), or one we may not look into (EACCES).
    const executable = await readlink(`${directory}/exe`, 'buffer').then(printablePath, () => undefined);
    const parsed = parseStatus(status ?? '');
    if (parsed === null) return err(gone(pid));
    const startTicks = parseStartTicks(stat ?? '');
    return ok({ pid, ...parsed, cgroup: parseCgroup(cgroup ?? ''), startTicks, executable });
  } catch (cause) {
    const error = ioError(cause, 'read', directory);
    // ESRCH: it ended between open and read.
    return err(error.errno === 'ENOENT' || error.errno === 'ESRCH' ? gone(pid) : error);
  }
}

function gone(pid: number): ProcessGone {
  return { code: 'PROCESS_GONE', message: `process ${pid} does not exist`, pid };
}

/** Null for a zombie: it has no memory and no files, and proc_pid_status(5) leaves out its umask. */
function parseStatus(text: string): Omit<ProcessStatus, 'pid' | 'cgroup' | 'startTicks' | 'executable'> | null {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const numbers = (key: string): number[] =>
    (fields.get(key) ?? '')
      .split(/\s+/)
      .filter((word) => word !== '')
      .map(Number);
  const umask = fields.get('Umask');
  const [uid, euid] = numbers('Uid');
  const [gid, egid] = numbers('Gid');
  const [ppid] = numbers('PPid');
  if (umask === undefined || uid === undefined || euid === undefined) return null;
  if (gid === undefined || egid === undefined) return null;
  return {
    ppid: ppid ?? 0,
    name: printablePath(fields.get('Name') ?? ''),
    uid,
    euid,
    gid,
    egid,
    groups: numbers('Groups'),
    umask: Number.parseInt(umask, 8),
  };
}

/** cgroups(7): `0::/path` in the unified hierarchy; on hybrid hosts systemd's own one tells the unit. */
export function parseCgroup(text: string): string {
  const lines = text.split('\n');
  const unified = lines.find((line) => line.startsWith('0::'))?.slice(3);
  const named = lines.find((line) => /^[0-9]+:name=systemd:/.test(line))?.replace(/^[0-9]+:name=systemd:/, '');
  return (unified === undefined || unified === '/' ? named : unified) ?? unified ?? '';
}

/** proc_pid_stat(5), field 22; counted from the last `)`, since the name before it may hold spaces and brackets. */
export function parseStartTicks(text: string): number {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[22 - 3] ?? Number.NaN);
}
