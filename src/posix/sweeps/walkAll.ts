import { closeSync, constants } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { joinPath } from '../paths/index.js';
import { namesIn, openAt } from '../handles/index.js';
import type { EntryJudge } from './entryJudge.js';
import type { SweepError, TreeEntry } from '../handles/index.js';
import type { Walk, WalkContext } from './changeTree.js';
import { sweepAborted } from './pass.js';

/** Entries between two chances for the rest of the process to run. */
const BREATH = 2000;

/** Presents every entry of the tree, a directory before what is in it. Memory: one directory, and the ways to go. */
export const walkAll: Walk = async (judge, context) => {
  return judge.judgeRoot() === null ? ok(undefined) : walkDirectory(judge, context, '', () => true);
};

/**
 * Presents the entries of a directory, and of those below it that `enters` accepts after they were judged.
 *
 * @param top - relative, a byte string
 */
export async function walkDirectory(
  judge: EntryJudge,
  { options, excluded }: WalkContext,
  top: string,
  enters: (entry: TreeEntry, path: string) => boolean,
): Promise<Result<void, SweepError>> {
  const toEnter = [top];
  const stopped = (): boolean => options.signal?.aborted === true;
  let sinceBreath = 0;
  for (let path = toEnter.pop(); path !== undefined; path = toEnter.pop()) {
    if (stopped()) return err(sweepAborted());
    let directory = judge.enter(path);
    const names = directory === null ? null : namesIn(directory);
    if (names === null) judge.pass.missed ||= directory !== null;
    for (const name of names ?? []) {
      const child = joinPath(path, name);
      if (directory === null || excluded.has(child)) continue;
      const below = judge.judgeName(directory, path, name);
      if (below !== null && enters(below, child)) toEnter.push(child);
      sinceBreath += 1;
      if (!judge.full && sinceBreath < BREATH) continue;
      sinceBreath = 0;
      const flushed = await judge.flush();
      if (flushed.isErr()) return err(flushed.error);
      await setImmediate();
      if (stopped()) return err(sweepAborted());
      directory = judge.enter(path);
    }
  }
  return ok(undefined);
}

/** Presents the directories of the tree and nothing else, each after those below it. Memory: their paths. */
export const walkUpwards: Walk = async (judge, { options, excluded }) => {
  if (judge.root.type !== 'directory' || !judge.entersRoot()) return ok(undefined);
  const found = [''];
  for (let at = 0; at < found.length; at += 1) {
    const path = found[at] ?? '';
    const directory = judge.enter(path);
    const names = directory === null ? null : namesIn(directory);
    if (names === null) judge.pass.missed ||= directory !== null;
    for (const name of names ?? []) {
      const child = joinPath(path, name);
      if (directory !== null && !excluded.has(child) && isDirectory(directory, name)) found.push(child);
    }
    if (at % BREATH === 0) await setImmediate();
    if (options.signal?.aborted === true) return err(sweepAborted());
  }
  for (const path of found.reverse()) {
    judge.judgePath(path);
    if (!judge.full) continue;
    const flushed = await judge.flush();
    if (flushed.isErr()) return err(flushed.error);
    await setImmediate();
    if (options.signal?.aborted === true) return err(sweepAborted());
  }
  return ok(undefined);
};

function isDirectory(directory: number, name: string): boolean {
  const fd = openAt(directory, name, constants.O_DIRECTORY);
  if (typeof fd === 'number') closeSync(fd);
  return typeof fd === 'number';
}
