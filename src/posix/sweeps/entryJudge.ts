import { closeSync, openSync } from 'node:fs';
import type { Result } from 'neverthrow';
import { joinPath, parentPath } from '../paths/index.js';
import { BatchedChanges } from './batchedChanges.js';
import type { BatchOptions } from './batchedChanges.js';
import type { IoError } from '../paths/index.js';
import type { Attributes, Root, SkipReason, TreeChange, TreeEntry, Verdict } from '../handles/index.js';
import { newPass } from './pass.js';
import type { Pass } from './pass.js';
import { entryOf, handleBudget, handlePath, mountIdOf, O_PATH, openAt, PinnedTree } from '../handles/index.js';

/** Filesystems of the kernel itself that keep owners and modes, and say so when they cannot. */
const TRUTHFUL = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'tmpfs', 'overlay', 'f2fs', 'zfs', 'bcachefs']);

/**
 * Judges entries of one pinned tree, whatever way they are found, and has them changed: the one way to a change is on
 * the handle that was judged.
 */
export class EntryJudge {
  readonly root: Root;
  readonly pass: Pass = newPass();
  readonly #decide: (entry: TreeEntry) => Verdict;
  readonly #crossMounts: boolean;
  readonly #tree: PinnedTree;
  readonly #changes: BatchedChanges;
  /** Whether files too have to be checked for being mount points; directories always are. */
  readonly #mountsBelow: boolean;
  readonly #onJudged: (pass: Pass) => void;

  constructor(
    root: Root,
    decide: (entry: TreeEntry) => Verdict,
    options: BatchOptions,
    mountsBelow: boolean,
    onJudged: (pass: Pass) => void = () => undefined,
  ) {
    const budget = handleBudget();
    this.root = root;
    this.#decide = decide;
    this.#crossMounts = options.crossMounts === true;
    this.#mountsBelow = mountsBelow;
    this.#onJudged = onJudged;
    const truthful = !this.#crossMounts && TRUTHFUL.has(root.filesystem);
    this.#changes = new BatchedChanges(this.pass, options, budget.batch, truthful);
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
  judgeRoot(): TreeEntry | null {
    // Through the handle, not by name; without O_NOFOLLOW, which would pin the link in /proc.
    return this.#judge(openSync(handlePath(this.root.fd), O_PATH), '');
  }

  /** Judges one name of a pinned directory; answers it when it is a directory to look into. */
  judgeName(directory: number, directoryPath: string, name: string): TreeEntry | null {
    const fd = openAt(directory, name);
    if (typeof fd === 'number') return this.#judge(fd, joinPath(directoryPath, name));
    this.pass.missed = true;
    return null;
  }

  /** Judges the entry at a path, and stays in a directory that may be looked into: what is in it comes next. */
  judgePath(path: string): void {
    if (path === '') return void this.judgeRoot();
    const parent = parentPath(path);
    const directory = this.enter(parent);
    if (directory === null) return;
    const name = path.slice(parent === '' ? 0 : parent.length + 1);
    const fd = openAt(directory, name);
    if (typeof fd === 'number') this.#judge(fd, path, (handle) => this.#tree.adopt(name, handle));
    else this.pass.missed = true;
  }

  /** True when a batch is waiting that should be made before more is judged. */
  get full(): boolean {
    return this.#changes.full;
  }

  /** Has what was gathered noted and changed; an Err also when an earlier change failed. */
  flush(): Promise<Result<void, IoError>> {
    return this.#changes.flush();
  }

  /** The same, and waits for the last of it. */
  settle(): Promise<Result<void, IoError>> {
    return this.#changes.settle();
  }

  /** Gives every handle back; what was gathered and not flushed is not changed. */
  async close(): Promise<void> {
    await this.#changes.close();
    this.#tree.close();
  }

  /** Takes the handle over; `adopt` may have that of a directory to look into. */
  #judge(fd: number, path: string, adopt?: (handle: number) => void): TreeEntry | null {
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
      this.#onJudged(pass);
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
      else if (change !== null) keepOpen = this.#changes.add({ fd, path, change });
      if (below !== null && adopt !== undefined) {
        const handle = keepOpen ? openSync(handlePath(fd), O_PATH) : fd;
        keepOpen = true;
        adopt(handle);
        this.#changes.enter(entry, handle, path);
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
    this.#changes.enter(entry, fd, entry.path.toString('latin1'));
    return null;
  }
}

/** The change a verdict asks for, or null when the entry is already so. */
export function changeOf(entry: TreeEntry, wanted: Partial<Attributes>): TreeChange | null {
  const { uid, gid, mode } = entry;
  const after = {
    uid: wanted.uid ?? uid,
    gid: wanted.gid ?? gid,
    mode: entry.type === 'symlink' ? mode : (wanted.mode ?? mode) & 0o7777,
  };
  if (after.uid === uid && after.gid === gid && after.mode === mode) return null;
  const { path, type, dev, ino } = entry;
  return { path, type, dev: String(dev), ino: String(ino), before: { uid, gid, mode }, after };
}

/** What is never changed, whatever the caller decides. Source: systemd-tmpfiles' refusal of hard links; chown(2) on setuid. */
export function dangerOf(entry: TreeEntry): SkipReason | null {
  if (entry.type === 'directory') return null;
  if (entry.type === 'block' || entry.type === 'char') return 'device';
  if (entry.nlink > 1) return 'hard-link';
  return entry.type === 'file' && (entry.mode & 0o6000) !== 0 ? 'setuid' : null;
}
