import { closeSync, openSync } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { actOnHandle, isDenial } from './actOnHandle.js';
import { joinPath } from './bytePath.js';
import type { IoError } from './ioError.js';
import type { Inode } from './judgePermission.js';
import type { Root } from './openRoot.js';
import { handlePath, mountIdOf, O_PATH } from './pinned.js';
import { entryOf, handleBudget, openAt, PinnedTree } from './pinnedTree.js';
import { readAcls } from './readAcls.js';
import type { Attributes, SkipReason, SweepOptions, TreeChange, TreeEntry, Verdict } from './tree.js';

/** What one pass over the tree came to. Paths are relative byte strings. */
export interface Pass {
  examined: number;
  changed: number;
  wouldChange: number;
  readonly skipped: Map<string, SkipReason>;
  /** Directories among the changed. */
  readonly changedDirectories: Set<string>;
  /** Milliseconds since 1970: an entry whose name or attributes changed later was moved under this pass. */
  readonly since: number;
  /** What could have kept entries from being changed and could not be looked at. */
  readonly notSeen: Set<string>;
  /** Something moved away under the pass, so that it may have been missed. */
  missed: boolean;
}

interface Pending {
  readonly fd: number;
  readonly path: string;
  readonly change: TreeChange;
}

/** Whether an entry may change hands, now that its ACL is known: asked about those that have one. */
export type AclJudge = (inode: Inode) => boolean;

/** Filesystems of the kernel itself that keep owners and modes, and say so when they cannot. */
const TRUTHFUL = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'tmpfs', 'overlay', 'f2fs', 'zfs', 'bcachefs']);

/** The kernel stamps with the time of its last tick, so that a stamp may lie this much before the clock. */
export const CLOCK_TICK_MS = 12;

/**
 * Judges and changes entries of one pinned tree, whatever way they are found: the one place that acts. Changes are
 * gathered on open handles, noted in the sink as a batch, and only then made, on the same handles; without a sink each
 * is made as soon as it is judged.
 */
export class Sweep {
  readonly root: Root;
  readonly pass: Pass = {
    examined: 0,
    changed: 0,
    wouldChange: 0,
    skipped: new Map(),
    changedDirectories: new Set(),
    notSeen: new Set(),
    since: Date.now() - CLOCK_TICK_MS,
    missed: false,
  };
  readonly #decide: (entry: TreeEntry) => Verdict;
  readonly #options: SweepOptions & { readonly judgeAcl?: AclJudge };
  readonly #tree: PinnedTree;
  readonly #batchSize: number;
  /** Whether files too have to be checked for being mount points; directories always are. */
  readonly #mountsBelow: boolean;
  readonly #truthful: boolean;
  #pending: Pending[] = [];
  #failure: IoError | null = null;

  constructor(
    root: Root,
    decide: (entry: TreeEntry) => Verdict,
    options: SweepOptions & { readonly judgeAcl?: AclJudge },
    mountsBelow: boolean,
  ) {
    const budget = handleBudget();
    this.root = root;
    this.#decide = decide;
    this.#options = options;
    this.#mountsBelow = mountsBelow;
    this.#batchSize = budget.batch;
    this.#truthful = options.crossMounts !== true && TRUTHFUL.has(root.filesystem);
    this.#tree = new PinnedTree(root.fd, (entry, fd) => this.#closedTo(entry, fd), budget.way);
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
    const path = joinPath(directoryPath, name);
    const fd = openAt(directory, name);
    if (typeof fd === 'number') return this.#consider(fd, path);
    this.pass.missed = true;
    return null;
  }

  /** True when a batch is waiting that should be made before more is judged. */
  get full(): boolean {
    return this.#pending.length >= this.#batchSize || this.#failure !== null;
  }

  /** Notes and makes the changes gathered so far; an Err also when one that needed no note failed. */
  async flush(): Promise<Result<void, IoError>> {
    const gathered = this.#pending;
    this.#pending = [];
    try {
      if (this.#failure !== null) return err(this.#failure);
      const batch = await this.#passedByAcl(gathered);
      if (batch.length === 0) return ok(undefined);
      if (this.#options.dryRun === true) {
        this.pass.wouldChange += batch.length;
        return ok(undefined);
      }
      const noted = await this.#options.sink?.append(batch.map((one) => one.change));
      if (noted?.isErr() === true) return err(noted.error);
      for (const one of batch) {
        const acted = this.#act(one, false);
        if (acted.isErr()) return acted;
      }
      return ok(undefined);
    } finally {
      for (const one of gathered) closeSync(one.fd);
    }
  }

  /** Gives every handle back; what was gathered and not flushed is not made. */
  close(): void {
    for (const one of this.#pending.splice(0)) closeSync(one.fd);
    this.#tree.close();
  }

  /** Those that their ACL does not keep from being changed; read through the same handles. */
  async #passedByAcl(gathered: readonly Pending[]): Promise<readonly Pending[]> {
    const { judgeAcl } = this.#options;
    if (judgeAcl === undefined) return gathered;
    const asked = gathered.filter(({ change }) => change.type === 'file' || change.type === 'directory');
    const acls = await readAcls(asked.map(({ fd }) => ({ path: handlePath(fd) })));
    for (const failure of acls.failures) this.pass.notSeen.add(failure);
    return gathered.filter(({ fd, path, change }) => {
      const acl = acls.found.get(handlePath(fd)) ?? null;
      if (acl === null || judgeAcl({ ...change.before, type: change.type, acl })) return true;
      this.pass.skipped.set(path, 'private');
      return false;
    });
  }

  #act({ fd, path, change }: Pending, judged: boolean): Result<void, IoError> {
    const { pass } = this;
    const acted = actOnHandle(fd, change, { judged, truthful: this.#truthful });
    if (acted.isErr() && !isDenial(acted.error)) return err(acted.error);
    if (acted.isErr()) pass.skipped.set(path, acted.error.errno === 'EPERM' ? 'immutable' : 'denied');
    else if (acted.value === 'changed') {
      pass.changed += 1;
      if (change.type === 'directory') pass.changedDirectories.add(path);
    } else pass.skipped.set(path, acted.value);
    return ok(undefined);
  }

  /** Takes the handle over. */
  #consider(fd: number, path: string): TreeEntry | null {
    let keepOpen = false;
    try {
      const entry = entryOf(fd, path);
      const { pass } = this;
      const { dryRun, judgeAcl, sink } = this.#options;
      const below = entry.type === 'directory' ? entry : null;
      pass.examined += 1;
      pass.skipped.delete(path);
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
      else if (change !== null && dryRun === true && judgeAcl === undefined) pass.wouldChange += 1;
      else if (change !== null && (sink ?? judgeAcl) !== undefined) {
        this.#pending.push({ fd, path, change });
        keepOpen = true;
      } else if (change !== null && this.#failure === null) {
        // Nobody has to know of it first: no time passes between judging and acting.
        const acted = this.#act({ fd, path, change }, true);
        if (acted.isErr()) this.#failure = acted.error;
      }
      return below;
    } finally {
      if (!keepOpen) closeSync(fd);
    }
  }

  #isOtherMount(fd: number): boolean {
    return this.#options.crossMounts !== true && mountIdOf(fd) !== this.root.mountId;
  }

  #closedTo(entry: TreeEntry, fd: number): SkipReason | null {
    if (this.#isOtherMount(fd)) return 'mount-point';
    const verdict = this.#decide(entry);
    return verdict.kind === 'skip' && !verdict.descend ? verdict.reason : null;
  }
}

/** The change a verdict asks for, or null when the entry is already so. */
function changeOf(entry: TreeEntry, wanted: Partial<Attributes>): TreeChange | null {
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

/** What is never changed, whoever asks. Source: systemd-tmpfiles' refusal of hard links; chown(2) on setuid. */
function dangerOf(entry: TreeEntry): SkipReason | null {
  if (entry.type === 'directory') return null;
  if (entry.type === 'block' || entry.type === 'char') return 'device';
  if (entry.nlink > 1) return 'hard-link';
  return entry.type === 'file' && (entry.mode & 0o6000) !== 0 ? 'setuid' : null;
}
