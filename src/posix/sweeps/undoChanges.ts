import { closeSync, openSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { changeByHandle, hasAttributes, isDenial, narrowedMode } from './changeByHandle.js';
import { ioError, joinPath, parentPath, printablePath, toBytes } from '../paths/index.js';
import type { IoError } from '../paths/index.js';
import { O_PATH, PinnedTree, entryOf, handleBudget, handlePath, openAt, openRoot } from '../handles/index.js';
import type { Attributes, Root, SweepError, TreeChange } from '../handles/index.js';
import { sweepFailure } from './pass.js';

/** What undoing did. @inline */
export interface UndoReport {
  /** Inodes put back to what they were. Those that were so already are not counted. */
  readonly restored: number;
  /** What was left as it is now, with the reason in words; paths absolute and escaped. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** How often the rest of the process gets a chance to run. */
const BREATH = 500;

/**
 * Puts owner, group and mode back to what they were before the first change, wherever the inode is still the one that
 * was changed and still as a change left it, or as an interrupted one left it between.
 *
 * What somebody replaced, removed or changed since stays as it is and is listed: nothing newer is overwritten. The
 * inodes are reached by handles as in `changeTree`. Undoing twice changes nothing more. Device numbers may have been
 * dealt anew by a reboot: each recorded one must stand for one present one.
 *
 * It restores no ACL beyond the mask that the mode carries, and no file capabilities.
 *
 * Errors: {@link SweepError}. `IO` may come after part of the work; undoing again goes on.
 *
 * @param root - the tree the paths of the changes are relative to; it may have been moved as a whole
 * @param changes - oldest first, as `readChangeRecord` gives them
 *
 * @example
 * ```ts
 * import { readChangeRecord, undoChanges } from '@wca/runtime-sdk/posix';
 *
 * const changes = await readChangeRecord('/root/reclaim.ndjson');
 * if (changes.isErr()) throw new Error(changes.error.message);
 * const undone = await undoChanges('/var/www/site/wp-content', changes.value);
 * if (undone.isErr()) console.error(undone.error.code, undone.error.message);
 * else console.log(undone.value.restored, undone.value.skipped);
 * ```
 */
export function undoChanges(
  root: string,
  changes: readonly TreeChange[],
  options: UndoOptions = {},
): ResultAsync<UndoReport, SweepError> {
  return new ResultAsync(undo(root, changes, options.replaced ?? 'leave'));
}

/** How changes are undone. */
export interface UndoOptions {
  /**
   * What becomes of an inode that has taken the place of a changed one and has the attributes that the change gave. Default
   * `leave`; `restore` is for a tree that was copied to another filesystem and back.
   */
  readonly replaced?: 'leave' | 'restore';
}

async function undo(
  path: string,
  changes: readonly TreeChange[],
  replaced: 'leave' | 'restore',
): Promise<Result<UndoReport, SweepError>> {
  const opened = openRoot(path);
  if (opened.isErr()) return err(opened.error);
  const root = opened.value;
  const tree = new PinnedTree(root.fd, () => null, handleBudget().way);
  const devices = new Map<string, bigint>();
  const skipped: { path: string; reason: string }[] = [];
  let restored = 0;
  try {
    for (const [done, history] of historiesOf(changes).entries()) {
      const outcome = undoUnlessGone(root, tree, history, devices, replaced);
      if (outcome.isErr()) return err(outcome.error);
      if (outcome.value === 'restored') restored += 1;
      else if (outcome.value !== 'already') skipped.push({ path: shown(root, history.last), reason: outcome.value });
      if (done % BREATH === 0) await setImmediate();
    }
    return ok({ restored, skipped });
  } catch (cause) {
    return err(sweepFailure(cause, root));
  } finally {
    tree.close();
    closeSync(root.fd);
  }
}

/** All changes of one inode: what it was before the first, and every state they can have left it in. */
interface History {
  readonly last: TreeChange;
  readonly original: Attributes;
  readonly states: readonly Attributes[];
}

/** One for each inode, the one whose first change is newest first. */
function historiesOf(changes: readonly TreeChange[]): readonly History[] {
  const histories = new Map<string, History>();
  for (const change of changes) {
    const key = `${change.dev} ${change.ino} ${change.type} ${change.path.toString('latin1')}`;
    const earlier = histories.get(key);
    histories.set(key, {
      last: change,
      original: earlier?.original ?? change.before,
      states: [...(earlier?.states ?? []), ...statesOf(change)],
    });
  }
  return [...histories.values()].reverse();
}

/** Before, between and after: an interrupted change may have stopped anywhere. */
function statesOf({ before, after }: TreeChange): readonly Attributes[] {
  const mode = narrowedMode(before, after);
  return [before, { ...before, mode }, { ...after, mode }, after];
}

/** What a filesystem that was mounted since, or has died, answers; nothing that concerns the other entries. */
const UNREACHABLE = new Set(['EACCES', 'ENOTCONN', 'ESTALE', 'EIO', 'ENODEV', 'EHOSTDOWN']);

/** As `undoOne`, which throws what open(2) and fstat(2) say. */
function undoUnlessGone(
  root: Root,
  tree: PinnedTree,
  history: History,
  devices: Map<string, bigint>,
  replaced: 'leave' | 'restore',
): Result<string, IoError> {
  try {
    return undoOne(root, tree, history, devices, replaced);
  } catch (cause) {
    const error = ioError(cause, 'open', shown(root, history.last));
    return UNREACHABLE.has(error.errno) ? ok(`it cannot be inspected: ${error.message}`) : err(error);
  }
}

/** `restored`, `already`, or in words why not. */
function undoOne(
  root: Root,
  tree: PinnedTree,
  { last: change, original, states }: History,
  devices: Map<string, bigint>,
  replaced: 'leave' | 'restore',
): Result<string, IoError> {
  const fd = pin(root, tree, change.path.toString('latin1'));
  if (fd === null) return ok('it no longer exists');
  try {
    const entry = entryOf(fd, change.path.toString('latin1'));
    const device = devices.get(change.dev) ?? entry.dev;
    const now: Attributes = { uid: entry.uid, gid: entry.gid, mode: entry.mode };
    const hasMode = change.type !== 'symlink';
    const same = String(entry.ino) === change.ino && entry.dev === device;
    const standsIn = replaced === 'restore' && hasAttributes(now, change.after, hasMode);
    if (entry.type !== change.type || !(same || standsIn)) return ok('another file has replaced it');
    if (same) devices.set(change.dev, device);
    if (hasAttributes(now, original, hasMode)) return ok('already');
    const ours = states.some((state) => hasAttributes(now, state, hasMode));
    if (!ours) return ok('its owner, group or mode was changed since');
    if (entry.nlink > 1 && entry.type !== 'directory') return ok('it has another name now (hard link)');
    const acted = changeByHandle(fd, { ...change, before: now, after: original });
    if (acted.isOk()) return ok(acted.value === 'changed' ? 'restored' : 'another process is changing it');
    return isDenial(acted.error) ? ok(acted.error.message) : err(acted.error);
  } finally {
    closeSync(fd);
  }
}

/** The inode at a relative path (a byte string), or null; not through a link. */
function pin(root: Root, tree: PinnedTree, path: string): number | null {
  if (path === '') return openSync(handlePath(root.fd), O_PATH);
  const parent = parentPath(path);
  const reached = tree.directory(parent);
  if (reached.kind !== 'open') return null;
  const fd = openAt(reached.fd, path.slice(parent === '' ? 0 : parent.length + 1));
  return typeof fd === 'number' ? fd : null;
}

function shown(root: Root, change: TreeChange): string {
  const path = change.path.toString('latin1');
  return printablePath(toBytes(path === '' ? root.path : joinPath(root.path, path)));
}
