import { setImmediate } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { parentPath } from './bytePath.js';
import { mountPointsBelow, readMounts } from './mountTable.js';
import { handlePath } from './pinned.js';
import type { Walk } from './runPasses.js';
import { streamFind } from './streamFind.js';
import type { Sweep } from './sweep.js';
import { aborted } from './sweep.js';
import type { SweepError } from './tree.js';

/** A day: the tree may be huge and the disk slow. The caller's signal ends it sooner. */
const TIMEOUT_MS = 86_400_000;

/**
 * A walk that has find look for candidates and presents only these, each reached from the root by handles. What find
 * says is a proposal: everything is judged again. Where few of many match, it costs little more than find alone.
 *
 * @param predicate - in find's words; what it misses is missed
 */
export function walkProposed(predicate: readonly string[]): Walk {
  return async (sweep, excluded, options) => {
    const { root, pass } = sweep;
    if (root.type !== 'directory') {
      sweep.considerRoot();
      return ok(undefined);
    }
    const mounts = options.crossMounts === true ? ok([]) : readMounts();
    if (mounts.isErr()) return err(mounts.error);
    const mountPoints = mountPointsBelow(mounts.value, root.realPath, root.mountId);
    for (const mountPoint of mountPoints) pass.skipped.set(mountPoint, 'mount-point');

    const propose = async (paths: readonly string[]): Promise<Result<void, SweepError>> => {
      for (const path of paths) {
        if (path === MOVED) pass.missed = true;
        else present(sweep, path);
        if (!sweep.full) continue;
        const flushed = await sweep.flush();
        if (flushed.isErr()) return err(flushed.error);
      }
      await setImmediate();
      return options.signal?.aborted === true ? err(aborted()) : ok(undefined);
    };
    const query = {
      // Not /proc/self: find enters it as a process of its own.
      directory: handlePath(root.fd).replace('self', String(process.pid)),
      prune: [...mountPoints, ...excluded],
      expression: ['(', ...predicate, '-printf', '%P\\0', ')', ',', ...movedSince(sweep.since)],
      timeoutMs: TIMEOUT_MS,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
    const found = await streamFind(query, propose);
    if (found.isErr()) return err(found.error.code === 'PROGRAM_ABORTED' ? aborted() : found.error);
    if (found.value.complaints.length > 0) pass.missed = true;
    return ok(undefined);
  };
}

/** What find prints for an entry that was moved; no relative path looks so. */
const MOVED = '/';

/**
 * Prints a mark for entries that were renamed since then: their change time is new, their content is not. Somebody
 * who moves names about can hide a whole subtree from find, and both names then bear the trace.
 */
function movedSince(time: number): readonly string[] {
  const at = `@${(time / 1000).toFixed(3)}`;
  return ['-newerct', at, '!', '-newermt', at, '-printf', `${MOVED}\\0`];
}

function present(sweep: Sweep, path: string): void {
  if (path === '') {
    sweep.considerRoot();
    return;
  }
  const parent = parentPath(path);
  const directory = sweep.enter(parent);
  if (directory !== null) sweep.consider(directory, parent, path.slice(parent === '' ? 0 : parent.length + 1));
}
