import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ResultAsync } from 'neverthrow';
import { byteString, fileTypeOf, joinPath, octalMode, progressReporter, toBytes, attempt } from '../paths/index.js';
import type { IoError, TreeProgress } from '../paths/index.js';
import { O_PATH, handlePath } from '../handles/index.js';

/** One entry of a tree: its path from the root (byte string, empty for the root) and all that is compared of it. */
export interface TreeRecord {
  readonly path: string;
  readonly record: string;
}

/** Says of an entry what a comparison shall rest on; `fd` is an O_PATH handle of it. */
type Describe = (fd: number, stat: BigIntStats, path: string, link: () => string) => Promise<string> | string;

const READ_SIZE = 4 * 1024 * 1024;

/**
 * Digest of everything a tree is: types, modes, owners, sizes, contents, link targets, which names are one file.
 * Two trees with the same digest differ at most in timestamps, ACLs and extended attributes.
 */
export function treeDigest(root: string, shown = root): ResultAsync<string, IoError> {
  return digestOf(root, shown, describeContent());
}

/** Digest of what a tree, a file or a link holds: types, contents, link targets. Owners, modes and times do not count. */
export function contentDigest(root: string, shown = root): ResultAsync<string, IoError> {
  return digestOf(root, shown, async (fd, stat, _path, link) => {
    const type = fileTypeOf(Number(stat.mode));
    if (type === 'symlink') return `${type} ${toBytes(link()).toString('hex')}`;
    return type === 'file' ? `${type} ${stat.size} ${await contentDigestOf(fd)}` : type;
  });
}

/** Digest of what moves whenever anything in a tree is changed (inode, size, mtime, ctime); reads no content. */
export function treeStamp(root: string, shown = root): ResultAsync<string, IoError> {
  return digestOf(root, shown, (_fd, stat, path) => {
    // A rename of the tree moves the ctime of its root.
    const ctime = path === '' ? '' : String(stat.ctimeNs);
    return `${stat.ino} ${stat.mode} ${stat.size} ${stat.mtimeNs} ${ctime}`;
  });
}

/** The first entry that two trees do not have in common, or have differently; null when they are alike. */
export function firstDifference(
  a: string,
  b: string,
  shown: string,
  onProgress?: (progress: TreeProgress) => void,
): ResultAsync<string | null, IoError> {
  const report = progressReporter(onProgress);
  return attempt(
    async () => {
      const ours = walk(a, describeContent());
      const theirs = walk(b, describeContent());
      try {
        for (let entries = 0; ; entries += 1) {
          report(() => ({ entries }));
          const [one, other] = [await ours.next(), await theirs.next()];
          if (one.done === true && other.done === true) return null;
          const here = one.done === true ? null : one.value;
          const there = other.done === true ? null : other.value;
          if (here?.path === there?.path && here?.record === there?.record) continue;
          return earlier(here?.path, there?.path);
        }
      } finally {
        await Promise.all([ours.return(undefined), theirs.return(undefined)]);
      }
    },
    'read',
    shown,
  );
}

/** The one a walk comes to first: an entry that only one tree has. */
function earlier(a: string | undefined, b: string | undefined): string {
  if (a === undefined || b === undefined) return a ?? b ?? '';
  const [ours, theirs] = [a.split('/'), b.split('/')];
  for (const [index, name] of ours.entries()) {
    const other = theirs[index];
    if (other === undefined) return b;
    if (name !== other) return name < other ? a : b;
  }
  return a;
}

function digestOf(root: string, shown: string, describe: Describe): ResultAsync<string, IoError> {
  return attempt(
    async () => {
      const hash = createHash('sha256');
      for await (const { path, record } of walk(root, describe)) {
        hash.update(`${toBytes(path).toString('hex')} ${record}\n`);
      }
      return hash.digest('hex');
    },
    'read',
    shown,
  );
}

function describeContent(): Describe {
  const seen = new Map<string, string>();
  return async (fd, stat, path, link) => {
    const type = fileTypeOf(Number(stat.mode));
    const about = `${type} ${octalMode(Number(stat.mode))} ${stat.uid}:${stat.gid}`;
    if (type === 'directory') return about;
    if (stat.nlink > 1n) {
      const inode = `${stat.dev}:${stat.ino}`;
      const first = seen.get(inode);
      if (first !== undefined) return `${about} same as ${toBytes(first).toString('hex')}`;
      seen.set(inode, path);
    }
    if (type === 'symlink') return `${about} ${toBytes(link()).toString('hex')}`;
    if (type === 'file') return `${about} ${stat.size} ${await contentDigestOf(fd)}`;
    return `${about} ${stat.rdev}`;
  };
}

async function contentDigestOf(pinned: number): Promise<string> {
  const fd = openSync(handlePath(pinned), constants.O_RDONLY);
  try {
    const hash = createHash('sha256');
    const { size } = fstatSync(fd);
    const buffer = Buffer.allocUnsafe(Math.min(Math.max(size + 1, 1), READ_SIZE));
    for (let reads = 1; ; reads += 1) {
      const count = readSync(fd, buffer, 0, buffer.length, null);
      if (count === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, count));
      if (reads % 8 === 0) await nextTurn();
    }
  } finally {
    closeSync(fd);
  }
}

/** Walks a tree by handle, never through a link, in byte order of names. Throws what the file calls throw. */
async function* walk(root: string, describe: Describe): AsyncGenerator<TreeRecord, undefined, undefined> {
  let visited = 0;
  async function* visit(location: string | Buffer, path: string): AsyncGenerator<TreeRecord, undefined, undefined> {
    const fd = openSync(location, O_PATH | constants.O_NOFOLLOW);
    try {
      const stat = fstatSync(fd, { bigint: true });
      visited += 1;
      if (visited % 64 === 0) await nextTurn();
      yield { path, record: await describe(fd, stat, path, () => readlinkSync(location, 'latin1')) };
      if (!stat.isDirectory()) return;
      const names = readdirSync(handlePath(fd), 'buffer').sort((a, b) => Buffer.compare(a, b));
      for (const name of names) {
        const inside = Buffer.concat([Buffer.from(`${handlePath(fd)}/`), name]);
        yield* visit(inside, joinPath(path, byteString(name)));
      }
    } finally {
      closeSync(fd);
    }
  }
  yield* visit(root, '');
}
