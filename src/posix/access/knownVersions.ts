import type { Stats } from 'node:fs';

/** Another ACL, attribute, owner or mode gives another change time. */
export interface InodeVersion {
  readonly device: number;
  readonly inode: number;
  /** Milliseconds since 1970. */
  readonly changedMs: number;
}

/** An inode to ask about, by a path (a byte string), and its version where that is known. */
export interface Versioned {
  readonly path: string;
  readonly version?: InodeVersion;
}

/** The version of an inode that stat(2) tells. */
export function versionOf({ dev, ino, ctimeMs }: Pick<Stats, 'dev' | 'ino' | 'ctimeMs'>): InodeVersion {
  return { device: dev, inode: ino, changedMs: ctimeMs };
}

/** The kernel stamps with the time of its last tick, so that a stamp may lie this much before the clock. */
export const CLOCK_TICK_MS = 12;

const MAX_KNOWN = 10_000;

/** For how long after a change another may get the same time: a tick of the clock, or a second where there is nothing finer. */
function tickMs(changedMs: number): number {
  return changedMs % 1_000 === 0 ? 1_000 : 2 * CLOCK_TICK_MS;
}

/** What was read of inodes, by versions that every later change would alter. */
export class KnownVersions<T> {
  readonly #known = new Map<string, T>();

  get(version: InodeVersion | undefined): T | undefined {
    const key = keyOf(version);
    return key === null ? undefined : this.#known.get(key);
  }

  /** @param version - as it was before the reading */
  set(version: InodeVersion | undefined, value: T): void {
    const key = keyOf(version);
    if (key !== null && this.#known.size < MAX_KNOWN) this.#known.set(key, value);
  }
}

/** Null for a version that a change could leave the same. */
function keyOf(version: InodeVersion | undefined): string | null {
  if (version === undefined || Date.now() - version.changedMs < tickMs(version.changedMs)) return null;
  return `${version.device}:${version.inode}:${version.changedMs}`;
}
