import { closeSync, fstatSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { changeByHandle, isDenial } from './changeByHandle.js';
import { parentPath } from '../paths/index.js';
import { startChownThread } from './chownThread.js';
import type { ChownThread, JudgedChange } from './chownThread.js';
import type { IoError } from '../paths/index.js';
import type { Acl, Inode } from '../access/index.js';
import type { Pass } from './pass.js';
import { handlePath, O_PATH } from '../handles/index.js';
import { readAcls, versionOf } from '../access/index.js';
import type { SkipReason, SweepOptions, TreeChange, TreeEntry } from '../handles/index.js';

/** Whether an entry may change hands, or a directory may be entered, now that its ACL is known. */
export type AclJudge = (inode: Inode) => boolean;

/**
 * A change without the group bits that it would set, where there is an ACL of which these are the mask, and either a named
 * entry would gain by them or the group would not; null when nothing is left of it. Pure.
 *
 * chmod(1) sets the mask and leaves the entry of the owning group as it is (acl(5), correspondence between ACL entries and
 * file permission bits).
 */
export function withinAcl(change: TreeChange, acl: Acl | null): TreeChange | null {
  const { before, after } = change;
  const added = after.mode & ~before.mode & 0o070;
  if (acl === null || added === 0) return change;
  const bits = added >> 3;
  const named = [...acl.users, ...acl.groups];
  if ((acl.owningGroup & bits) === bits && named.every((entry) => (entry.bits & bits) === 0)) return change;
  const mode = after.mode & ~added;
  const isSame = after.uid === before.uid && after.gid === before.gid && mode === before.mode;
  return isSame ? null : { ...change, after: { ...after, mode } };
}

/** A change that waits to be made, with the path (a byte string) for the report. */
interface Waiting extends JudgedChange {
  readonly path: string;
}

/** A directory that was entered, on a handle of its own. */
interface Entered extends Omit<Inode, 'acl'> {
  readonly fd: number;
  readonly path: string;
}

/** The options of a sweep, with those that only this package sets. */
export interface BatchOptions extends SweepOptions {
  readonly judgeAcl?: AclJudge;
  /** After how many changes a second thread joins in. */
  readonly threadAfter?: number;
}

/** So many changes are made before a second thread is worth its start. */
const WORTH_A_THREAD = 3000;

/**
 * Gathers changes on open handles, notes them in the sink as a batch, and only then makes them, on the same handles,
 * while the next batch is gathered. Without a sink a change is made at once, until there are enough for a second thread.
 */
export class BatchedChanges {
  readonly #pass: Pass;
  readonly #options: BatchOptions;
  readonly #size: number;
  readonly #truthful: boolean;
  #changes: Waiting[] = [];
  #entered: Entered[] = [];
  #making: Promise<Result<void, IoError>> = Promise.resolve(ok(undefined));
  #failure: IoError | null = null;
  #thread: ChownThread | null = null;

  /**
   * @param size - handles to hold at once at most
   * @param truthful - as in `Known` of `changeByHandle`
   */
  constructor(pass: Pass, options: BatchOptions, size: number, truthful: boolean) {
    this.#pass = pass;
    this.#options = options;
    // One batch is made while the next is gathered, and directories need theirs.
    this.#size = Math.max(Math.floor(size / 3), 1);
    this.#truthful = truthful;
  }

  /** True when a batch is waiting that should be made before more is judged. */
  get full(): boolean {
    return this.#changes.length + this.#entered.length >= this.#size || this.#failure !== null;
  }

  /** Makes a change, or keeps it for later: then true, and the handle is taken over. */
  add(change: Waiting): boolean {
    const { dryRun, judgeAcl, sink } = this.#options;
    if (judgeAcl === undefined && dryRun === true) {
      this.#pass.wouldChange += 1;
      return false;
    }
    // Directories are entered next, on the same handle.
    const forThread = this.#thread !== null && change.change.type !== 'directory';
    if (sink !== undefined || judgeAcl !== undefined || forThread) {
      this.#changes.push(change);
      return true;
    }
    // Nobody has to know of it first: no time passes between judging and acting.
    const acted = this.#failure === null ? this.#act(change, true) : ok(undefined);
    if (acted.isErr()) this.#failure = acted.error;
    this.#mayStartThread();
    return false;
  }

  /**
   * Takes note of a directory that is entered: nothing in it changes hands before its ACL was judged. One too many for the
   * handles there are counts as closed.
   */
  enter({ type, mode, uid, gid }: TreeEntry, fd: number, path: string): void {
    if (this.#options.judgeAcl === undefined) return;
    if (this.#entered.length >= this.#size) {
      this.#pass.notSeen.add(
        'the ACLs of some directories were not read: this process may open too few files (ulimit -n)',
      );
      this.#close(path, 'unjudged');
      return;
    }
    this.#entered.push({ type, mode, uid, gid, path, fd: openSync(handlePath(fd), O_PATH) });
  }

  /** Begins to make what was gathered, once the batch before is made; an Err tells of that one. */
  async flush(): Promise<Result<void, IoError>> {
    const made = await this.#making;
    if (made.isErr()) return made;
    if (this.#failure !== null) return err(this.#failure);
    const [changes, entered] = [this.#changes, this.#entered];
    this.#changes = [];
    this.#entered = [];
    this.#making = this.#make(changes, entered);
    // The next call awaits it and meets what it throws; until then it must not be an unhandled rejection.
    void Promise.allSettled([this.#making]);
    return ok(undefined);
  }

  /** Makes all that was gathered, and waits for it. */
  async settle(): Promise<Result<void, IoError>> {
    const flushed = await this.flush();
    return flushed.isErr() ? flushed : this.#making;
  }

  /** Gives every handle back; what was gathered and not flushed is not made. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#making]);
    for (const { fd } of [...this.#changes.splice(0), ...this.#entered.splice(0)]) closeSync(fd);
    await this.#thread?.stop();
  }

  async #make(gathered: readonly Waiting[], entered: readonly Entered[]): Promise<Result<void, IoError>> {
    let held = gathered;
    try {
      held = await this.#passedByAcl(gathered, entered);
      if (held.length === 0) return ok(undefined);
      if (this.#options.dryRun === true) {
        this.#pass.wouldChange += held.length;
        return ok(undefined);
      }
      const noted = await this.#options.sink?.append(held.map((one) => one.change));
      if (noted?.isErr() === true) return err(noted.error);
      held = await this.#madeByThread(held);
      for (const one of held) {
        const acted = this.#act(one, false);
        if (acted.isErr()) return acted;
      }
      this.#mayStartThread();
      return ok(undefined);
    } finally {
      for (const { fd } of [...held, ...entered]) closeSync(fd);
    }
  }

  /** Has the thread, if there is one, make what it can; answers the rest. */
  async #madeByThread(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    if (this.#thread === null) return batch;
    const done = await this.#thread.act(batch);
    return batch.filter((one, n) => {
      if (done[n] !== 1) return true;
      this.#count(one);
      return false;
    });
  }

  /**
   * Those that neither their own ACL nor that of a directory above keeps from being changed; read through handles. The
   * others are closed.
   */
  async #passedByAcl(gathered: readonly Waiting[], entered: readonly Entered[]): Promise<readonly Waiting[]> {
    const { judgeAcl } = this.#options;
    if (judgeAcl === undefined) return gathered;
    const asked = gathered.filter(({ change }) => change.type === 'file' || change.type === 'directory');
    const acls = await readAcls(
      [...asked, ...entered].map(({ fd }) => ({ path: handlePath(fd), version: versionOf(fstatSync(fd)) })),
    );
    for (const failure of acls.failures) this.#pass.notSeen.add(failure);
    // What is not known keeps an entry from being given away, unless nothing of the kind can be known on this host.
    const closedBy = (fd: number, inode: Omit<Inode, 'acl'>): 'private' | 'unjudged' | null => {
      const acl = acls.found.get(handlePath(fd));
      if (acl === undefined) return acls.noTool ? null : 'unjudged';
      return acl === null || judgeAcl({ ...inode, acl }) ? null : 'private';
    };
    const refuse = (one: Waiting, reason: SkipReason): void => {
      this.#pass.skipped.set(one.path, reason);
      refused.push(one);
    };
    for (const directory of entered) {
      const reason = closedBy(directory.fd, directory);
      if (reason !== null) this.#close(directory.path, reason);
    }
    const passed: Waiting[] = [];
    const refused: Waiting[] = [];
    for (const one of gathered) {
      const { fd, path, change } = one;
      const hasAcl = change.type === 'file' || change.type === 'directory';
      const isBelow = this.#isBelowClosed(path);
      const reason = isBelow || !hasAcl ? null : closedBy(fd, { ...change.before, type: change.type });
      const kept = withinAcl(change, acls.found.get(handlePath(fd)) ?? null);
      if (isBelow) refused.push(one);
      else if (reason !== null) refuse(one, reason);
      else if (kept === null) refuse(one, 'acl');
      else passed.push({ ...one, change: kept });
    }
    for (const { fd } of refused) closeSync(fd);
    return passed;
  }

  /** For the whole pass: by the time it is found open, something else may lie at that path. */
  #close(path: string, reason: 'private' | 'unjudged'): void {
    this.#pass.closed.set(path, reason);
  }

  #isBelowClosed(path: string): boolean {
    const { closed } = this.#pass;
    if (closed.size === 0) return false;
    for (let below = path; below !== ''; below = parentPath(below)) if (closed.has(parentPath(below))) return true;
    return false;
  }

  #act({ fd, path, change }: Waiting, judged: boolean): Result<void, IoError> {
    const acted = changeByHandle(fd, change, { judged, truthful: this.#truthful });
    if (acted.isErr() && !isDenial(acted.error)) return err(acted.error);
    if (acted.isErr()) this.#pass.skipped.set(path, acted.error.errno === 'EPERM' ? 'immutable' : 'denied');
    else if (acted.value === 'changed') this.#count({ fd, path, change });
    else this.#pass.skipped.set(path, acted.value);
    return ok(undefined);
  }

  #count({ path, change }: Waiting): void {
    this.#pass.changed += 1;
    if (change.type === 'directory') this.#pass.changedDirectories.add(path);
  }

  /** Where the filesystem's word need not be checked, the thread has nothing to do but the change. */
  #mayStartThread(): void {
    if (this.#thread !== null || !this.#truthful || this.#pass.changed < (this.#options.threadAfter ?? WORTH_A_THREAD))
      return;
    if (availableParallelism() > 1) this.#thread = startChownThread();
  }
}
