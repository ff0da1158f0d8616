import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, readFile, readdir, unlink } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import type { IoError } from '../paths/index.js';
import type { PinnedParent } from './pinnedParent.js';
import { readProcess } from '../processes/index.js';
import { attempt } from '../paths/index.js';

/**
 * A name for work in progress beside `name`: hidden, with a dot inside (sudo's includedir passes it over) and ending
 * in nothing a program picks up (`.php`, `.conf`, `.service`). It holds our pid, so that what a killed process left
 * can be told from what a live one is writing.
 */
export function temporaryName(name: string): string {
  const tail = `.wca-${process.pid}-${randomBytes(6).toString('hex')}`;
  return `.${shortened(name, tail.length)}${tail}`;
}

/** Entries beside `name` that {@link temporaryName} named in a process that has ended since. */
export function abandonedNames(parent: PinnedParent): ResultAsync<readonly string[], IoError> {
  const find = async (): Promise<readonly string[]> => {
    const abandoned: string[] = [];
    for (const entry of await readdir(parent.at('.'))) {
      const match = /^\.(.*)(\.wca-([1-9][0-9]*)-[0-9a-f]{12})$/s.exec(entry);
      const [, front, tail, pid] = match ?? [];
      if (front === undefined || tail === undefined || pid === undefined) continue;
      if (front === shortened(parent.name, tail.length) && !(await isAtWork(pid, parent.at(entry))))
        abandoned.push(entry);
    }
    return abandoned;
  };
  return attempt(find, 'readdir', parent.path);
}

/** After a reboot another process may have the pid: one that began after the entry was last changed did not make it. */
async function isAtWork(pid: string, entry: string): Promise<boolean> {
  const process = await readProcess(Number(pid));
  if (process.isErr()) return existsSync(`/proc/${pid}`);
  const stat = await lstat(entry).catch(() => null);
  const uptime = Number((await readFile('/proc/uptime', 'latin1').catch(() => '')).split(' ')[0]);
  if (stat === null || !(uptime > 0)) return true;
  const startedMs = Date.now() - (uptime - process.value.startTicks / TICKS_PER_SECOND) * 1000;
  return startedMs < stat.ctimeMs + SLACK_MS;
}

/** USER_HZ, in which proc(5) gives start times, is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Start times are known to a tick; clocks are set. */
const SLACK_MS = 2_000;

/** Removes the files that killed calls left beside this one. */
export async function removeAbandoned(parent: PinnedParent): Promise<Result<void, IoError>> {
  const names = await abandonedNames(parent);
  if (names.isErr()) return err(names.error);
  for (const name of names.value) {
    const stat = await lstat(parent.at(name)).catch(() => null);
    if (stat?.isFile() !== true) continue;
    const removed = await attempt(() => unlink(parent.at(name)), 'unlink', `${parent.path}/${name}`);
    if (removed.isErr() && removed.error.errno !== 'ENOENT') return err(removed.error);
  }
  return ok(undefined);
}

/** NAME_MAX is 255 bytes: cut at a character, never inside one. */
function shortened(name: string, tail: number): string {
  let short = name;
  while (Buffer.byteLength(short) > 254 - tail) {
    // A surrogate pair is one character.
    short = short.slice(0, /[\ud800-\udbff][\udc00-\udfff]$/.test(short) ? -2 : -1);
  }
  return short;
}
