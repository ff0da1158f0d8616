import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { components, fileTypeOf, joinPath, nodePath, toBytes } from '../paths/index.js';
import { handlePath, mountIdOf, O_PATH } from './pinned.js';
import type { SkipReason, TreeEntry } from './tree.js';

/** A directory below the root, or why it cannot be had: it is no longer there, or may not be entered. */
export type Reached =
  | { readonly kind: 'open'; readonly fd: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly path: string; readonly reason: SkipReason };

interface Link {
  readonly name: string;
  /** Null when it was given back to stay within the limit of open handles. */
  fd: number | null;
}

/**
 * Reaches directories below a pinned root by walking from handle to handle, never through a link. The way to the
 * last one stays open, so that neighbours cost little; how many handles that takes is bounded whatever the depth.
 *
 * `mayEnter` is asked about each directory on its own handle, every time it is opened: a name that was judged may
 * have become another directory since.
 */
export class PinnedTree {
  readonly #rootFd: number;
  readonly #mayEnter: (entry: TreeEntry, fd: number) => SkipReason | null;
  readonly #maxOpen: number;
  readonly #chain: Link[] = [];
  /** Of the chain, those from here on are open. */
  #firstOpen = 0;
  /** The directory reached last, while its handle is the end of the chain. */
  #reached: string | null = '';

  constructor(rootFd: number, mayEnter: (entry: TreeEntry, fd: number) => SkipReason | null, maxOpen: number) {
    this.#rootFd = rootFd;
    this.#mayEnter = mayEnter;
    this.#maxOpen = maxOpen;
  }

  /**
   * A handle of the directory at this relative path (a byte string), good until the next call. Throws what open(2)
   * and fstat(2) throw for trouble that has nothing to do with the tree's changing (EIO, EMFILE).
   */
  directory(path: string): Reached {
    const chain = this.#chain;
    if (path === this.#reached) return { kind: 'open', fd: chain.at(-1)?.fd ?? this.#rootFd };
    this.#reached = null;
    const names = components(path);
    let same = 0;
    while (same < chain.length && same < names.length && chain[same]?.name === names[same]) same += 1;
    this.#cut(same > this.#firstOpen ? same : 0);

    let fd = chain.at(-1)?.fd ?? this.#rootFd;
    for (const name of names.slice(chain.length)) {
      const next = openAt(fd, name, constants.O_DIRECTORY);
      if (next === 'ENOENT') return { kind: 'gone' };
      const at = names.slice(0, chain.length + 1).join('/');
      // ENOTDIR, ELOOP: what was a directory is now a file or a link.
      if (typeof next === 'string') return { kind: 'refused', path: at, reason: 'changed-meanwhile' };
      chain.push({ name, fd: next });
      const reason = this.#reasonAgainst(next, at);
      if (reason !== null) {
        this.#cut(chain.length - 1);
        return { kind: 'refused', path: at, reason };
      }
      this.#spare();
      fd = next;
    }
    this.#reached = path;
    return { kind: 'open', fd };
  }

  #reasonAgainst(fd: number, path: string): SkipReason | null {
    let entry: TreeEntry;
    try {
      entry = entryOf(fd, path);
    } catch (cause) {
      // A FUSE filesystem may refuse root, or its program may have ended: only this mount is skipped.
      if (mountIdOf(fd) !== mountIdOf(this.#rootFd)) return 'mount-point';
      throw cause;
    }
    return this.#mayEnter(entry, fd);
  }

  /**
   * Takes over the handle of a directory that lies in the one reached last, so that entering it next is free. It must
   * have been judged on that handle, as `mayEnter` would.
   */
  adopt(name: string, fd: number): void {
    this.#reached = joinPath(this.#reached ?? '', name);
    this.#chain.push({ name, fd });
    this.#spare();
  }

  /** Closes everything but the root, which is not its own. */
  close(): void {
    this.#cut(0);
    this.#reached = '';
  }

  #cut(length: number): void {
    for (const link of this.#chain.splice(length)) if (link.fd !== null) closeSync(link.fd);
    this.#firstOpen = Math.min(this.#firstOpen, length);
  }

  #spare(): void {
    while (this.#chain.length - this.#firstOpen > this.#maxOpen) {
      const link = this.#chain[this.#firstOpen];
      if (link !== undefined && link.fd !== null) {
        closeSync(link.fd);
        link.fd = null;
      }
      this.#firstOpen += 1;
    }
  }
}

/**
 * Pins the inode that a name in a pinned directory means now, not following a link. Answers the errno when the name
 * is gone or is not what `flags` ask for; throws for anything else.
 */
export function openAt(directory: number, name: string, flags = 0): number | 'ENOENT' | 'ENOTDIR' | 'ELOOP' {
  try {
    return openSync(nodePath(`${handlePath(directory)}/${name}`), O_PATH | constants.O_NOFOLLOW | flags);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return code;
    throw cause;
  }
}

/** The names in a pinned directory, as byte strings; null when it has been removed. */
export function namesIn(directory: number): readonly string[] | null {
  try {
    return readdirSync(handlePath(directory), 'latin1');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
}

/** What a handle pins, under the relative path (a byte string) by which it was reached. */
export function entryOf(fd: number, path: string): TreeEntry {
  const stat = fstatSync(fd);
  // Exact up to 2^53; only then is the slower, exact call needed.
  const ino = Number.isSafeInteger(stat.ino) ? BigInt(stat.ino) : fstatSync(fd, { bigint: true }).ino;
  return {
    path: toBytes(path),
    type: fileTypeOf(stat.mode),
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    nlink: stat.nlink,
    dev: BigInt(stat.dev),
    ino,
    size: stat.size,
    mtimeMs: Math.floor(stat.mtimeMs),
    ctimeMs: Math.floor(stat.ctimeMs),
  };
}

/** How many handles a sweep may hold at once, for the way to a directory and for one batch of changes. */
export function handleBudget(): { readonly way: number; readonly batch: number } {
  const limits = readFileSync('/proc/self/limits', 'latin1');
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  // Some stay free for what else this process does, such as starting programs.
  const free = Math.max(Number(soft ?? 1024) - readdirSync('/proc/self/fd').length - 12, 0);
  return { way: clamp(Math.floor(free / 4), 2, 32), batch: clamp(Math.floor(free / 2), 1, 3072) };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
