import { fstatSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { parentPath } from '../paths/index.js';
import { mountPointsBelow, readMounts } from '../handles/index.js';
import { streamFind } from '../search/index.js';
import type { Pass } from './pass.js';
import type { EntryJudge } from './entryJudge.js';
import type { SweepError } from '../handles/index.js';
import { walkDirectory } from './walkAll.js';
import type { Walk, WalkContext } from './changeTree.js';
import { sweepAborted } from './pass.js';

/** A day: the tree may be huge and the disk slow. The caller's signal ends it sooner. */
const TIMEOUT_MS = 86_400_000;
/** Proposals between two chances for the rest of the process to run. */
const BREATH = 1000;
/** What find prints for an entry that was moved; no relative path looks so. */
const MOVED = '/';

/**
 * A walk that has find look for candidates and presents only these, each reached from the root by handles. What find
 * says is a proposal: everything is judged again. Where few of many match, it costs little more than find alone.
 *
 * After a walk under which nothing moved, the next one looks only at directories changed since, which find can do
 * without a stat(2) of every file.
 *
 * @param predicate - in find's words; what it misses is missed
 */
export function walkMatches(predicate: readonly string[]): Walk {
  return async (judge, context) => {
    const { root, pass } = judge;
    if (root.type !== 'directory') {
      judge.judgeRoot();
      return ok(undefined);
    }
    if (!judge.entersRoot()) return ok(undefined);
    const { earlier } = context;
    if (earlier !== null) {
      for (const [path, reason] of earlier.skipped) pass.skipped.set(path, reason);
      for (const [path, reason] of earlier.closed) pass.closed.set(path, reason);
      // By the change time, which no program can set back.
      const changed = ['-type', 'd', '(', '(', ...newer('c', earlier.since), '-printf', '%p\\0', ')', ','];
      const look = [...changed, ...moved(pass), ')'];
      return find(judge, context, look, (path) => presentChanged(judge, context, earlier, path));
    }
    const expression = ['(', ...predicate, '-printf', '%p\\0', ')', ',', ...moved(pass)];
    return find(judge, context, expression, (path) => presentOne(judge, path));
  };
}

async function find(
  judge: EntryJudge,
  { options, excluded }: WalkContext,
  expression: readonly string[],
  present: (path: string) => Promise<Result<void, SweepError>>,
): Promise<Result<void, SweepError>> {
  const { root, pass } = judge;
  const mounts = options.crossMounts === true ? ok([]) : readMounts();
  if (mounts.isErr()) return err(mounts.error);
  const mountPoints = mountPointsBelow(mounts.value, root.realPath, root.mountId);
  for (const mountPoint of mountPoints) pass.skipped.set(mountPoint, 'mount-point');

  let sinceBreath = 0;
  const take = async (paths: readonly string[]): Promise<Result<void, SweepError>> => {
    for (const path of paths) {
      if (path === MOVED) {
        pass.missed = true;
        continue;
      }
      const presented = await present(path);
      if (presented.isErr()) return presented;
    }
    sinceBreath += paths.length;
    if (sinceBreath >= BREATH) {
      sinceBreath = 0;
      await setImmediate();
    }
    return options.signal?.aborted === true ? err(sweepAborted()) : ok(undefined);
  };
  const query = {
    directory: root.fd,
    prune: [...mountPoints, ...excluded],
    expression,
    timeoutMs: TIMEOUT_MS,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  const found = await streamFind(query, take);
  if (found.isErr()) return err(found.error.code === 'ABORTED' ? sweepAborted() : found.error);
  if (found.value.complaints.length > 0) pass.missed = true;
  return ok(undefined);
}

async function presentOne(judge: EntryJudge, path: string): Promise<Result<void, SweepError>> {
  judge.judgePath(path);
  return judge.full ? judge.flush() : ok(undefined);
}

/** A directory that got or lost names since: those in it anew, and all below those that were moved there. */
async function presentChanged(
  judge: EntryJudge,
  context: WalkContext,
  earlier: Pass,
  path: string,
): Promise<Result<void, SweepError>> {
  if (earlier.changedDirectories.has(path) && !hasNewNames(judge, path, earlier.since)) return ok(undefined);
  for (const skipped of judge.pass.skipped.keys()) {
    if (skipped !== '' && parentPath(skipped) === path) judge.pass.skipped.delete(skipped);
  }
  if (path === '') judge.judgeRoot();
  // Directories with new names of their own are found by find; moved ones have the trace that `moved` tells of, and
  // all below them is new here.
  return walkDirectory(judge, context, path, (entry, child) => {
    if (parentPath(child) !== path) return true;
    const renamed = entry.ctimeMs >= earlier.since && entry.mtimeMs < earlier.since;
    return renamed && !earlier.changedDirectories.has(child);
  });
}

/** Whether a directory got or lost names since, as its content's time tells: the change time is that of our own change. */
function hasNewNames(judge: EntryJudge, path: string, since: number): boolean {
  const handle = judge.enter(path);
  return handle !== null && fstatSync(handle).mtimeMs >= since;
}

/**
 * Prints a mark for entries that were renamed under this pass: their change time is new, their content is not. Who
 * moves names about can hide a whole subtree from find, but both names then bear the trace.
 */
function moved(pass: Pass): readonly string[] {
  return [...newer('c', pass.since), '!', ...newer('m', pass.since), '-printf', `${MOVED}\\0`];
}

function newer(time: 'c' | 'm', since: number): readonly string[] {
  return [`-newer${time}t`, `@${(since / 1000).toFixed(3)}`];
}
