import { chmodSync, lchownSync, linkSync, lstatSync, mkdirSync, readdirSync, readlinkSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { okAsync } from 'neverthrow';
import type { ChangeSink, TreeChange } from '../../../src/posix/handles/tree.js';
import type { Random } from './random.js';

/** Owner, group, mode and type of everything at or below a path, by path (latin1, so that no byte is lost). */
export function snapshot(root: string): ReadonlyMap<string, string> {
  const seen = new Map<string, string>();
  const look = (path: Buffer, relative: string): void => {
    const stat = lstatSync(path);
    seen.set(relative, `${stat.uid}:${stat.gid} ${stat.mode.toString(8)}`);
    if (!stat.isDirectory()) return;
    for (const name of readdirSync(path, { encoding: 'buffer' })) {
      const below = Buffer.concat([path, Buffer.from('/'), name]);
      look(below, `${relative}/${name.toString('latin1')}`);
    }
  };
  look(Buffer.from(root), '');
  return seen;
}

/** Owner and group of one path itself, as `0:33`. */
export function ownerOf(path: string | Buffer): string {
  const stat = lstatSync(path);
  return `${stat.uid}:${stat.gid}`;
}

/** Mode of one path itself, as `2775`. */
export function modeOf(path: string | Buffer): string {
  return (lstatSync(path).mode & 0o7777).toString(8).padStart(4, '0');
}

/** What was noted, batch by batch or all together. */
export interface MemorySink extends ChangeSink {
  readonly batches: (readonly TreeChange[])[];
  readonly all: () => TreeChange[];
}

/** A sink that keeps batches in memory. */
export function memorySink(): MemorySink {
  const batches: (readonly TreeChange[])[] = [];
  return {
    batches,
    all: () => batches.flat(),
    append: (batch) => {
      batches.push(batch);
      return okAsync(undefined);
    },
  };
}

/** Makes a file with content, mode and owner. */
export function file(path: string | Buffer, mode = 0o644, uid = 0, gid = uid): void {
  writeFileSync(path, 'x');
  own(path, mode, uid, gid);
}

/** Makes a directory with mode and owner. */
export function directory(path: string | Buffer, mode = 0o755, uid = 0, gid = uid): void {
  mkdirSync(path);
  own(path, mode, uid, gid);
}

function own(path: string | Buffer, mode: number, uid: number, gid: number): void {
  lchownSync(path, uid, gid);
  chmodSync(path, mode);
}

/** A tree of every type an unprivileged user can make, odd names, random owners and modes. */
export function randomTree(root: string, random: Random, count: number): void {
  const ids = [0, 0, 33, 1000];
  const modes = [0o644, 0o600, 0o640, 0o664, 0o444, 0o755, 0o700, 0o2755, 0o4755, 0o000, 0o1777];
  const directoryModes = [0o755, 0o700, 0o750, 0o2775, 0o1777, 0o711, 0o2755];
  const names = ['a', '-rf', 'new\nline', ' space ', "quote'", '$(x)', '*', '…', '\u202e', '[x]', '\\', '...'];
  const directories = [Buffer.from(root)];
  const files: Buffer[] = [];
  for (let n = 0; n < count; n += 1) {
    const odd = random.below(8) === 0 ? Buffer.from([0xff, 0x80 + random.below(64)]) : Buffer.from(random.pick(names));
    const path = Buffer.concat([random.pick(directories), Buffer.from(`/${n}`), odd]);
    const uid = random.pick(ids);
    const gid = random.pick(ids);
    const kind = random.below(12);
    if (kind < 3) {
      directory(path, random.pick(directoryModes), uid, gid);
      directories.push(path);
    } else if (kind < 4) {
      symlinkSync(random.pick(['/etc/wca-no-such-thing', '..', path]), path);
      lchownSync(path, uid, gid);
    } else if (kind < 5) {
      execFileSync('mkfifo', [`${root}/pipe${n}`]);
      own(`${root}/pipe${n}`, 0o644, uid, gid);
    } else if (kind < 6 && files.length > 0) linkSync(random.pick(files), path);
    else {
      file(path, random.pick(modes), uid, gid);
      files.push(path);
    }
  }
}

/** Open descriptors of this process, to see that none is left. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** The open descriptors of this process, each with what it leads to: what others close meanwhile does not count. */
export function descriptorsNow(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`];
    } catch {
      return []; // the one of this listing
    }
  });
}
