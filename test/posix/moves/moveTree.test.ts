// @module-tag root
// @module-tag acl
// @module-tag attr
// @module-tag strace
// @module-tag slow
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { moveLeftovers } from '../../../src/posix/moves/moveLeftovers.js';
import { moveTree } from '../../../src/posix/moves/moveTree.js';
import { treeDigest } from '../../../src/posix/moves/treeDigest.js';
import { freshPlace, mount, run } from '../support/place.js';
import { bundle } from '../support/runModule.js';
import { cases } from '../../support/campaign.js';

let place = '';
let from = '';
let to = '';
beforeEach(() => {
  place = freshPlace();
  mkdirSync(join(place, 'old'));
  mkdirSync(join(place, 'new'));
  from = join(place, 'old/.state');
  to = join(place, 'new/.state');
});

/** A filesystem of its own at the target's directory, so that rename(2) gives EXDEV. */
function otherFilesystem(): void {
  const image = join(place, 'image');
  writeFileSync(image, '');
  truncateSync(image, 64 * 1024 * 1024);
  run('mkfs.ext4', ['-q', image]);
  mount(join(place, 'new'), '-o', 'loop', image);
  rmSync(join(place, 'new/lost+found'), { recursive: true });
}

/** A tree with everything a state directory may hold, and then some. */
function plant(root: string): void {
  const at = (...names: string[]): string => join(root, ...names);
  mkdirSync(at('deep/er'), { recursive: true });
  writeFileSync(at('database.db'), Buffer.alloc(300_000, 7));
  writeFileSync(at('deep/er/file'), 'content');
  linkSync(at('database.db'), at('deep/hard'));
  symlinkSync('/etc/shadow', at('link'));
  symlinkSync('nowhere', at('dangling'));
  run('mkfifo', [at('fifo')]);
  writeFileSync(at('new\nline'), 'x');
  run('sh', ['-c', `printf x > "$(printf '${root}/raw\\377')"`]);
  writeFileSync(at('sparse'), '');
  truncateSync(at('sparse'), 32 * 1024 * 1024);
  chownSync(at('deep'), 33, 4);
  chmodSync(at('deep'), 0o2775);
  chownSync(at('deep/er/file'), 1, 2);
  chmodSync(at('deep/er/file'), 0o4750);
  run('setfacl', ['-m', 'u:33:rw,m::rw', at('new\nline')]);
  run('setfacl', ['-d', '-m', 'u:33:rwx', at('deep/er')]);
  run('setfattr', ['-n', 'user.note', '-v', 'kept', at('database.db')]);
  run('touch', ['-d', '2001-02-03 04:05:06.789 UTC', at('deep/er/file'), at('deep')]);
}

/** Everything a move has to keep, as the system's own programs print it, without the ids of inodes. */
function account(root: string): string {
  const list = run('find', [root, '-printf', '%P|%y|%m|%U:%G|%l|%n|%T@\\n']).split('\n').sort();
  const files = list.filter((line) => !line.includes('|d|'));
  // The link count of a directory is the filesystem's affair.
  const withoutLinks = (line: string): string => line.replace(/\|[0-9]+(?=\|[^|]*$)/, '');
  const directories = list.filter((line) => line.includes('|d|')).map(withoutLinks);
  const inside = (command: string): string => run('sh', ['-c', `cd '${root}' && ${command}`]);
  const sums = inside('find . -type f -print0 | sort -z | xargs -0 sha256sum');
  const acl = inside('find . ! -type l -print0 | sort -z | xargs -0 getfacl -n -p --');
  const attributes = inside('find . \\( -type f -o -type d \\) -print0 | sort -z | xargs -0 getfattr -h -d -m user --');
  return [...files, ...directories, sums, acl, attributes].join('\n');
}

describe('moveTree', () => {
  it('renames where it can: the same inodes, nothing copied', async () => {
    mkdirSync(from);
    plant(from);
    const before = account(from);
    const { ino } = statSync(from);
    expect((await moveTree(from, to))._unsafeUnwrap()).toEqual({ method: 'rename', leftBehind: undefined });
    expect(existsSync(from)).toBe(false);
    expect(statSync(to).ino).toBe(ino);
    expect(account(to)).toBe(before);
  });

  it('moves a single file, and a link as the link it is', async () => {
    for (const other of [false, true]) {
      if (other) otherFilesystem();
      writeFileSync(from, 'one file', { mode: 0o600 });
      symlinkSync('/etc/shadow', `${from}.link`);
      expect(await moveTree(from, to)).toBeOk();
      expect(await moveTree(`${from}.link`, `${to}.link`)).toBeOk();
      expect(readFileSync(to, 'utf8')).toBe('one file');
      expect(lstatSync(`${to}.link`).isSymbolicLink()).toBe(true);
      expect(readdirSync(join(place, 'old'))).toEqual([]);
      expect(readdirSync(join(place, 'new')).sort()).toEqual(['.state', '.state.link']);
      for (const name of readdirSync(join(place, 'new'))) rmSync(join(place, 'new', name));
    }
  });

  it('copies to another filesystem with everything the system can tell of a file', async () => {
    otherFilesystem();
    mkdirSync(from, { mode: 0o750 });
    plant(from);
    const before = account(from);
    const digest = (await treeDigest(from))._unsafeUnwrap();
    expect((await moveTree(from, to))._unsafeUnwrap()).toEqual({ method: 'copy', leftBehind: undefined });
    expect(account(to)).toBe(before);
    expect((await treeDigest(to))._unsafeUnwrap()).toBe(digest);
    expect(statSync(join(to, 'database.db')).ino).toBe(statSync(join(to, 'deep/hard')).ino);
    expect(statSync(join(to, 'sparse')).blocks * 512).toBeLessThan(1024 * 1024);
    expect(readdirSync(join(place, 'old'))).toEqual([]);
    expect(readdirSync(join(place, 'new'))).toEqual(['.state']);
  });

  it('copies through a bind mount, where the device numbers are equal and rename fails', async () => {
    mkdirSync(join(place, 'elsewhere'));
    mount(join(place, 'new'), '--bind', join(place, 'elsewhere'));
    mkdirSync(from);
    writeFileSync(join(from, 'file'), 'x');
    expect((await moveTree(from, to))._unsafeUnwrap().method).toBe('copy');
    expect(readFileSync(join(to, 'file'), 'utf8')).toBe('x');
  });

  it('gives the copy no ACL that the target directory hands down', async () => {
    otherFilesystem();
    run('setfacl', ['-d', '-m', 'u:33:rwx,g::rwx', join(place, 'new')]);
    mkdirSync(join(from, 'deep'), { recursive: true });
    writeFileSync(join(from, 'deep/file'), 'x');
    const before = account(from);
    expect(await moveTree(from, to)).toBeOk();
    expect(account(to)).toBe(before);
  });

  it('refuses a target that exists, whatever it is', async () => {
    writeFileSync(from, 'source');
    const make: readonly (() => void)[] = [
      () => mkdirSync(to),
      () => writeFileSync(to, ''),
      () => symlinkSync('nowhere', to),
    ];
    for (const there of make) {
      there();
      expect((await moveTree(from, to))._unsafeUnwrapErr()).toMatchObject({ code: 'TARGET_EXISTS', path: to });
      rmSync(to, { recursive: true });
    }
    expect(readFileSync(from, 'utf8')).toBe('source');
  });

  it('says SOURCE_MISSING when there is nothing to move', async () => {
    expect((await moveTree(from, to))._unsafeUnwrapErr()).toMatchObject({ code: 'SOURCE_MISSING', path: from });
    mkdirSync(to);
    expect((await moveTree(from, to))._unsafeUnwrapErr()).toMatchObject({ code: 'SOURCE_MISSING' });
  });

  it('needs the directory above the target, and makes none', async () => {
    mkdirSync(from);
    const error = (await moveTree(from, join(place, 'none/.state')))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: 'IO', errno: 'ENOENT', path: join(place, 'none') });
    expect(existsSync(from)).toBe(true);
  });

  it('refuses a tree in which something is mounted', async () => {
    mkdirSync(join(from, 'deep/mounted'), { recursive: true });
    mount(join(from, 'deep/mounted'), '-t', 'tmpfs', 'tmpfs');
    expect((await moveTree(from, to))._unsafeUnwrapErr()).toMatchObject({
      code: 'MOUNT_INSIDE',
      mountPoint: join(from, 'deep/mounted'),
    });
    expect((await moveTree(join(from, 'deep/mounted'), to))._unsafeUnwrapErr().code).toBe('MOUNT_INSIDE');
  });

  it('does not begin a copy for which there are too few bytes or inodes', async () => {
    mkdirSync(from);
    writeFileSync(join(from, 'large'), Buffer.alloc(2_000_000, 1));
    for (let n = 0; n < 30; n += 1) writeFileSync(join(from, `small${n}`), '');
    const before = account(from);
    for (const [limit, most] of [
      ['size=1m', { bytes: 1_048_576 }],
      ['size=9m,nr_inodes=20', { inodes: 19 }],
    ] as const) {
      mount(join(place, 'new'), '-t', 'tmpfs', '-o', limit, 'tmpfs');
      const error = (await moveTree(from, to))._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: 'NO_SPACE', path: to, needed: { inodes: 32 }, free: most });
      expect(account(from)).toBe(before);
      expect(readdirSync(join(place, 'new'))).toEqual([]);
    }
  });

  it('does not take a filesystem that tells no size for a full one', async () => {
    mkdirSync(from);
    writeFileSync(join(from, 'file'), 'x');
    mount(join(place, 'new'), '-t', 'tmpfs', '-o', 'size=0,nr_inodes=0', 'tmpfs');
    expect(await moveTree(from, to)).toBeOk();
    expect(readFileSync(join(to, 'file'), 'utf8')).toBe('x');
  });

  it('leaves all as it was when the disk fills up', async () => {
    // Where every file takes 64 KiB at least, which is not seen from here.
    const image = join(place, 'image');
    writeFileSync(image, '');
    truncateSync(image, 16 * 1024 * 1024);
    run('mkfs.ext4', ['-q', '-O', 'bigalloc', '-C', '65536', '-N', '2048', image]);
    mount(join(place, 'new'), '-o', 'loop', image);
    rmSync(join(place, 'new/lost+found'), { recursive: true });
    mkdirSync(from);
    for (let n = 0; n < 300; n += 1) writeFileSync(join(from, `small${n}`), 'x');
    const before = account(from);
    const error = (await moveTree(from, to))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: 'PROGRAM_FAILED' });
    expect(error.message).toContain('No space left on device');
    expect(account(from)).toBe(before);
    expect(readdirSync(join(place, 'new'))).toEqual([]);
  });

  it('keeps a source that someone writes into while it is being copied, and throws the copy away', async () => {
    otherFilesystem();
    mkdirSync(from);
    writeFileSync(join(from, 'large'), Buffer.alloc(30_000_000, 1));
    writeFileSync(join(from, 'log'), '');
    const writer = spawn('sh', ['-c', `exec >>'${join(from, 'log')}'; while echo line; do sleep 0.01; done`]);
    const error = (await moveTree(from, to))._unsafeUnwrapErr();
    writer.kill('SIGKILL');
    expect(['CHANGED_MEANWHILE', 'COPY_DIFFERS']).toContain(error.code);
    expect(statSync(join(from, 'log')).size).toBeGreaterThan(0);
    expect(readdirSync(join(place, 'old'))).toEqual(['.state']);
    expect(readdirSync(join(place, 'new'))).toEqual([]);
  });

  it('stops when it is aborted, and leaves the source', async () => {
    otherFilesystem();
    mkdirSync(from);
    writeFileSync(join(from, 'large'), Buffer.alloc(30_000_000, 1));
    const controller = new AbortController();
    const moving = moveTree(from, to, { signal: controller.signal });
    controller.abort();
    expect((await moving)._unsafeUnwrapErr().code).toBe('ABORTED');
    expect(readdirSync(from)).toEqual(['large']);
    expect(readdirSync(join(place, 'new'))).toEqual([]);
  });

  it('keeps what an open handle wrote before a rename, since the inode is the same', async () => {
    mkdirSync(from);
    const fd = openSync(join(from, 'log'), 'w');
    expect(await moveTree(from, to)).toBeOk();
    writeSync(fd, 'after the move');
    expect(readFileSync(join(to, 'log'), 'utf8')).toBe('after the move');
  });

  it('says what it could not delete of a source that is otherwise moved', async () => {
    otherFilesystem();
    mkdirSync(from);
    writeFileSync(join(from, 'immutable'), 'x');
    run('chattr', ['+i', join(from, 'immutable')]);
    const moved = (await moveTree(from, to))._unsafeUnwrap();
    expect(moved.leftBehind).toMatch(/\/old\/\.\.state\.wca-/);
    expect(readFileSync(join(to, 'immutable'), 'utf8')).toBe('x');
    expect(existsSync(from)).toBe(false);
    run('chattr', ['-i', join(moved.leftBehind ?? '', '.state/immutable')]);
  });

  it('shows a path with control characters escaped', async () => {
    const error = (await moveTree(join(place, 'old/a\nb'), to))._unsafeUnwrapErr();
    expect(error.message).not.toContain('\n');
    expect((await moveTree('relative', to))._unsafeUnwrapErr().code).toBe('INVALID_PATH');
  });
});

/** The calls of this process that change something, and those of cp. */
const OURS = ['mkdir', 'fchmod', 'rename', 'fsync', 'syncfs', 'unlink', 'rmdir', 'execve'];
const OF_CP = [
  'mkdirat',
  'linkat',
  'symlinkat',
  'mknodat',
  'copy_file_range',
  'ftruncate',
  'fchown',
  'lchown',
  'fsetxattr',
  'utimensat',
];

describe('moveTree after a kill', () => {
  const SOURCE = JSON.stringify(join(import.meta.dirname, '../../../src/posix/moves/moveTree.ts'));
  const program = (): Promise<string> =>
    bundle(
      `import { moveTree } from ${SOURCE};
       const moved = await moveTree(process.argv[2], process.argv[3]);
       if (moved.isErr()) throw new Error(moved.error.message);`,
      place,
    );
  const plantSmall = (): void => {
    mkdirSync(join(from, 'deep'), { recursive: true });
    writeFileSync(join(from, 'deep/file'), 'content');
    linkSync(join(from, 'deep/file'), join(from, 'hard'));
    symlinkSync('nowhere', join(from, 'link'));
    run('mkfifo', [join(from, 'fifo')]);
    writeFileSync(join(from, 'sparse'), 'x');
    truncateSync(join(from, 'sparse'), 8 * 1024 * 1024);
    run('setfattr', ['-n', 'user.note', '-v', 'kept', join(from, 'deep/file')]);
    run('setfacl', ['-m', 'u:33:rw,m::rw', join(from, 'deep/file')]);
    run('setfacl', ['-d', '-m', 'u:33:rwx', join(from, 'deep')]);
    run('touch', [
      '-d',
      '2001-02-03 04:05:06.789 UTC',
      join(from, 'deep/file'),
      join(from, 'sparse'),
      join(from, 'deep'),
      from,
    ]);
  };
  /** Runs the move with a kill at the nth of this call, in whichever process makes it; true when one was killed. */
  const runKilled = (file: string, call: string, nth: number): boolean => {
    const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${nth}`];
    const log = join(place, 'trace');
    const env = { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '1' };
    spawnSync('strace', ['-f', '-o', log, ...inject, process.execPath, file, from, to], { stdio: 'ignore', env });
    return readFileSync(log, 'utf8').includes('killed by SIGKILL');
  };

  it('holds the tree whole under one of its names at every instant, and the next call ends it', async () => {
    otherFilesystem();
    plantSmall();
    const file = await program();
    // The times of links and FIFOs are those of this minute.
    const told = (root: string): string => account(root).replace(/^(link|fifo)\|.*$/gm, '$1');
    const before = told(from);
    let kills = 0;
    for (const call of [...OURS, ...OF_CP]) {
      // execve: from the second one, the first starts node itself. What cp does is all the same to the rest.
      const last = OF_CP.includes(call) ? cases(1, Infinity) : Infinity;
      for (let nth = call === 'execve' ? 2 : 1, killed = true; killed && nth <= last; nth += cases(4, 1)) {
        killed = runKilled(file, call, nth);
        if (killed) kills += 1;
        const whole = [from, to].filter((path) => existsSync(path));
        expect(whole.length, `${call} ${nth}`).toBeGreaterThan(0);
        for (const path of whole) {
          expect(told(path), `${call} ${nth}`).toBe(before);
          expect(statSync(join(path, 'sparse')).blocks, `${call} ${nth}`).toBeLessThan(64);
        }

        const again = await moveTree(from, to);
        if (again.isErr()) expect(again.error.code, `${call} ${nth}`).toBe('SOURCE_MISSING');
        expect(existsSync(from)).toBe(false);
        expect(told(to), `${call} ${nth}`).toBe(before);
        expect(readdirSync(join(place, 'old')), `${call} ${nth}`).toEqual([]);
        expect(readdirSync(join(place, 'new')), `${call} ${nth}`).toEqual(['.state']);
        // Back, for the next round.
        rmSync(to, { recursive: true });
        plantSmall();
      }
    }
    console.log(`killed ${kills} times`);
    expect(kills).toBeGreaterThan(cases(15, 20));
  });

  it('refuses to choose when source and copy differ by now', async () => {
    otherFilesystem();
    plantSmall();
    run('cp', ['-a', from, to]);
    mkdirSync(join(place, 'new/..state.wca-4194305-0123456789ab'), { mode: 0o700 });
    appendFileSync(join(to, 'deep/file'), 'written since');
    expect((await moveLeftovers(from, to))._unsafeUnwrap()).toHaveLength(1);
    expect((await moveTree(from, to))._unsafeUnwrapErr().code).toBe('TARGET_EXISTS');
    expect(existsSync(from)).toBe(true);
  });

  it('refuses an equal target when no unfinished move explains it', async () => {
    plantSmall();
    run('cp', ['-a', from, to]);
    expect((await moveTree(from, to))._unsafeUnwrapErr().code).toBe('TARGET_EXISTS');
    expect(existsSync(from)).toBe(true);
  });

  it('deletes no directory of root to which another account gave the name of a leftover', async () => {
    chownSync(join(place, 'new'), 33, 33);
    const precious = join(place, 'new/..state.wca-4194305-0123456789ab');
    mkdirSync(precious, { mode: 0o700 });
    writeFileSync(join(precious, 'backup'), 'x');
    plantSmall();
    expect(await moveTree(from, to)).toBeOk();
    expect(readFileSync(join(precious, 'backup'), 'utf8')).toBe('x');
  });

  it('never deletes a hidden copy while neither name holds the tree', async () => {
    plantSmall();
    const hidden = join(place, 'old/..state.wca-4194305-0123456789ab');
    mkdirSync(hidden, { mode: 0o700 });
    renameSync(from, join(hidden, '.state'));
    expect((await moveTree(from, to))._unsafeUnwrapErr().code).toBe('SOURCE_MISSING');
    expect(existsSync(join(hidden, '.state/deep/file'))).toBe(true);
  });
});
