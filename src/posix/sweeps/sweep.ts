import { closeSync, openSync } from 'node:fs';
import type { Result } from 'neverthrow';
import { joinPath, parentPath } from '../paths/index.js';
import { changeOf, dangerOf } from './changeOf.js';
import { ChangeQueue } from './changeQueue.js';
import type { QueueOptions } from './changeQueue.js';
import type { IoError } from '../paths/index.js';
import type { Root, SkipReason, TreeEntry, Verdict } from '../handles/index.js';
import { newPass } from './pass.js';
import type { Pass } from './pass.js';
import { O_PATH, PinnedTree, entryOf, handleBudget, handlePath, mountIdOf, openAt } from '../handles/index.js';

/** Filesystems of the kernel itself that keep owners and modes, and say so when they cannot. */
const TRUTHFUL = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'tmpfs', 'overlay', 'f2fs', 'zfs', 'bcachefs']);

/**
 * Judges entries of one pinned tree, whatever way they are found, and has them changed: the one way to a change is on
 * the handle that was judged.
 */
export class Sweep {
  readonly root: Root;
  readonly pass: Pass = newPass();
  readonly #decide: (entry: TreeEntry) => Verdict;
  readonly #crossMounts: boolean;
  readonly #tree: PinnedTree;
  readonly #queue: ChangeQueue;
  /** Whether files too have to be checked for being mount points; directories always are. */
  readonly #mountsBelow: boolean;

  constructor(root: Root, decide: (entry: TreeEntry) => Verdict, options: QueueOptions, mountsBelow: boolean) {
    const budget = handleBudget();
    this.root = root;
    this.#decide = decide;
    this.#crossMounts = options.crossMounts === true;
    this.#mountsBelow = mountsBelow;
    const truthful = !this.#crossMounts && TRUTHFUL.has(root.filesystem);
    this.#queue = new ChangeQueue(this.pass, options, budget.batch, truthful);
    this.#tree = new PinnedTree(root.fd, (entry, fd) => this.#closedTo(entry, fd), budget.way);
  }

  /** Whether the root may be looked into at all; if not, the report says why. */
  entersRoot(): boolean {
    const { fd } = this.root;
    const reason = this.#closedTo(entryOf(fd, ''), fd);
    if (reason !== null) this.pass.skipped.set('', reason);
    return reason === null;
  }

  /** A handle of a directory, good until the next call; null when it cannot be entered, which is then in the report. */
  enter(path: string): number | null {
    const reached = this.#tree.directory(path);
    if (reached.kind === 'open') return reached.fd;
    if (reached.kind === 'gone') this.pass.missed = true;
    else this.pass.skipped.set(reached.path, reached.reason);
    return null;
  }

  /** Judges the root itself; answers it when it is a directory to look into. */
  considerRoot(): TreeEntry | null {
    // Through the handle, not by name; without O_NOFOLLOW, which would pin the link in /proc.
    return this.#consider(openSync(handlePath(this.root.fd), O_PATH), '');
  }

  /** Judges one name of a pinned directory; answers it when it is a directory to look into. */
  consider(directory: number, directoryPath: string, name: string): TreeEntry | null {
    const fd = openAt(directory, name);
    if (typeof fd === 'number') return this.#consider(fd, joinPath(directoryPath, name));
    this.pass.missed = true;
    return null;
  }

  /** Judges the entry at a path, and stays in a directory that may be looked into: what is in it comes next. */
  visit(path: string): void {
    if (path === '') return void this.considerRoot();
    const parent = parentPath(path);
    const directory = this.enter(parent);
    if (directory === null) return;
    const name = path.slice(parent === '' ? 0 : parent.length + 1);
    const fd = openAt(directory, name);
    if (typeof fd === 'number') this.#consider(fd, path, (handle) => this.#tree.adopt(name, handle));
    else this.pass.missed = true;
  }

  /** True when a batch is waiting that should be made before more is judged. */
  get full(): boolean {
    return this.#queue.full;
  }

  /** Has what was gathered noted and changed; an Err also when an earlier change failed. */
  flush(): Promise<Result<void, IoError>> {
    return this.#queue.flush();
  }

  /** The same, and waits for the last of it. */
  settle(): Promise<Result<void, IoError>> {
    return this.#queue.settle();
  }

  /** Gives every handle back; what was gathered and not flushed is not changed. */
  async close(): Promise<void> {
    await this.#queue.close();
    this.#tree.close();
  }

  /** Takes the handle over; `adopt` may have that of a directory to look into. */
  #consider(fd: number, path: string, adopt?: (handle: number) => void): TreeEntry | null {
    let keepOpen = false;
    try {
      const { pass } = this;
      const entry = this.#entryOf(fd, path);
      if (entry === null) {
        pass.skipped.set(path, 'mount-point');
        return null;
      }
      const below = entry.type === 'directory' ? entry : null;
      pass.examined += 1;
      if (pass.skipped.size > 0) pass.skipped.delete(path);
      if (entry.ctimeMs >= pass.since && entry.mtimeMs < pass.since) pass.missed = true;
      const skip = (reason: SkipReason): void => void pass.skipped.set(path, reason);
      if ((below !== null || this.#mountsBelow) && this.#isOtherMount(fd)) {
        skip('mount-point');
        return null;
      }
      const verdict = this.#decide(entry);
      if (verdict.kind === 'keep') return below;
      if (verdict.kind === 'skip') {
        skip(verdict.reason);
        return verdict.descend ? below : null;
      }
      const change = changeOf(entry, verdict);
      const danger = change === null ? null : dangerOf(entry);
      if (danger !== null) skip(danger);
      else if (change !== null) keepOpen = this.#queue.add({ fd, path, change });
      if (below !== null && adopt !== undefined) {
        const handle = keepOpen ? openSync(handlePath(fd), O_PATH) : fd;
        keepOpen = true;
        adopt(handle);
        this.#queue.enter(entry, handle, path);
      }
      return below;
    } finally {
      if (!keepOpen) closeSync(fd);
    }
  }

  /** Null for another mount that may not be looked at: that of a FUSE filesystem may be closed to root, or dead. */
  #entryOf(fd: number, path: string): TreeEntry | null {
    try {
      return entryOf(fd, path);
    } catch (cause) {
      if (this.#isOtherMount(fd)) return null;
      throw cause;
    }
  }

  #isOtherMount(fd: number): boolean {
    return !this.#crossMounts && mountIdOf(fd) !== this.root.mountId;
  }

  #closedTo(entry: TreeEntry, fd: number): SkipReason | null {
    if (this.#isOtherMount(fd)) return 'mount-point';
    const verdict = this.#decide(entry);
    if (verdict.kind === 'skip' && !verdict.descend) return verdict.reason;
    this.#queue.enter(entry, fd, entry.path.toString('latin1'));
    return null;
  }
}
