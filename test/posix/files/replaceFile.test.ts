// @module-tag root
// @module-tag acl
// @module-tag attr
// @module-tag strace
// @module-tag slow
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { errAsync, okAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../../src/posix/files/replaceFile.js';
import { runChecked } from '../../../src/posix/programs/runChecked.js';
import { freshPlace, mount, run } from '../support/place.js';
import { bundle } from '../support/runModule.js';

let place = '';
let path = '';
beforeEach(() => {
  place = join(freshPlace(), 'dir');
  mkdirSync(place);
  path = join(place, 'unit.service');
});

const modeOf = (file: string): string => (statSync(file).mode & 0o7777).toString(8);

describe('replaceFile', () => {
  it('makes a file that was not there, 0644 whatever the umask, and says so', async () => {
    const before = process.umask(0o077);
    const made = await replaceFile(path, 'new');
    process.umask(before);
    expect(made._unsafeUnwrap()).toEqual({ created: true });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(modeOf(path)).toBe('644');
    expect(readdirSync(place)).toEqual(['unit.service']);
  });

  it('keeps owner, mode, ACL and extended attributes of the original', async () => {
    writeFileSync(path, 'old');
    chownSync(path, 33, 4);
    chmodSync(path, 0o640);
    run('setfacl', ['-m', 'u:1:rw,g:2:r,m::rw', path]);
    run('setfattr', ['-n', 'user.note', '-v', 'kept', path]);
    const acl = run('getfacl', ['-n', '--absolute-names', path]);
    const inode = statSync(path).ino;
    expect((await replaceFile(path, Buffer.from([1, 2, 0, 255])))._unsafeUnwrap()).toEqual({ created: false });
    expect(readFileSync(path)).toEqual(Buffer.from([1, 2, 0, 255]));
    expect(run('getfacl', ['-n', '--absolute-names', path])).toBe(acl);
    expect(run('getfattr', ['--only-values', '-n', 'user.note', '--absolute-names', path])).toBe('kept');
    expect(statSync(path)).toMatchObject({ uid: 33, gid: 4 });
    expect(statSync(path).ino).not.toBe(inode);
  });

  it('drops the ACL a directory would give when the original has none', async () => {
    writeFileSync(path, 'old');
    run('setfacl', ['-d', '-m', 'u:33:rwx', place]);
    expect(await replaceFile(path, 'new')).toBeOk();
    expect(run('getfacl', ['-c', '-n', '--absolute-names', path])).not.toContain('user:33');
  });

  it('sets the owner and mode asked for, special bits included', async () => {
    writeFileSync(path, 'old');
    const done = await replaceFile(path, 'new', { uid: 33, gid: 4, mode: 0o2750 });
    expect(done).toBeOk();
    expect(modeOf(path)).toBe('2750');
    expect(statSync(path)).toMatchObject({ uid: 33, gid: 4 });
  });

  it('shows the finished content to the validator in a file nobody else can read', async () => {
    const seen: string[] = [];
    const done = await replaceFile(path, 'content', {
      mode: 0o644,
      validate: (temp) => {
        seen.push(readFileSync(temp, 'utf8'), modeOf(temp), temp);
        return okAsync(undefined);
      },
    });
    expect(done).toBeOk();
    expect(seen.slice(0, 2)).toEqual(['content', '600']);
    // No sudoers directory, unit loader or web server takes such a name for one of its own.
    expect(seen[2]).toMatch(/^.*\/\.unit\.service\.wca-[0-9]+-[0-9a-f]{12}$/);
  });

  it('leaves everything as it was when the validator says no', async () => {
    writeFileSync(path, 'old');
    const refused = await replaceFile(path, 'new', { validate: () => errAsync({ code: 'NOT_VALID' as const }) });
    expect(refused._unsafeUnwrapErr()).toEqual({ code: 'NOT_VALID' });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(place)).toEqual(['unit.service']);
  });

  it('leaves no temporary file when the validator throws', async () => {
    const throwing = replaceFile(path, 'new', {
      validate: () => {
        throw new Error('a bug');
      },
    });
    await expect(throwing).rejects.toThrow('a bug');
    expect(readdirSync(place)).toEqual([]);
  });

  it('can have a real program validate, by the name it is given', async () => {
    const validate = (temp: string) => runChecked('visudo', ['-cf', temp]).map(() => undefined);
    const bad = await replaceFile(path, 'this is no sudoers file\n', { validate });
    expect(bad._unsafeUnwrapErr()).toMatchObject({ code: 'PROGRAM_FAILED' });
    expect(await replaceFile(path, 'www-data ALL=(nobody) NOPASSWD: /bin/true\n', { validate })).toBeOk();
  });

  it('replaces only the bytes that were expected', async () => {
    writeFileSync(path, 'theirs');
    for (const expected of [Buffer.from('ours'), Buffer.from('theirs!'), Buffer.from('their'), null]) {
      const refused = await replaceFile(path, 'new', { expect: expected });
      expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'CHANGED_MEANWHILE', path });
    }
    expect(readFileSync(path, 'utf8')).toBe('theirs');
    expect(await replaceFile(path, 'new', { expect: Buffer.from('theirs') })).toBeOk();
  });

  it('expects a file to be there, or not to be there', async () => {
    const refused = await replaceFile(path, 'new', { expect: Buffer.from('') });
    expect(refused._unsafeUnwrapErr().code).toBe('CHANGED_MEANWHILE');
    expect((await replaceFile(path, 'new', { expect: null }))._unsafeUnwrap().created).toBe(true);
  });

  it('keeps what someone wrote or made while the new file was being prepared', async () => {
    const meanwhile = (act: () => void) => ({
      validate: () => {
        act();
        return okAsync(undefined);
      },
    });
    const made = await replaceFile(
      path,
      'ours',
      meanwhile(() => writeFileSync(path, 'theirs')),
    );
    expect(made._unsafeUnwrapErr().code).toBe('CHANGED_MEANWHILE');
    const edited = await replaceFile(
      path,
      'ours',
      meanwhile(() => writeFileSync(path, 'theirs again')),
    );
    expect(edited._unsafeUnwrapErr().code).toBe('CHANGED_MEANWHILE');
    const widened = await replaceFile(
      path,
      'ours',
      meanwhile(() => chmodSync(path, 0o600)),
    );
    expect(widened._unsafeUnwrapErr().code).toBe('CHANGED_MEANWHILE');
    expect(readFileSync(path, 'utf8')).toBe('theirs again');
    expect(readdirSync(place)).toEqual(['unit.service']);
  });

  it('does not follow a link at the path, nor touch what it leads to', async () => {
    const decoy = join(place, '..', 'decoy');
    writeFileSync(decoy, 'decoy');
    symlinkSync(decoy, path);
    expect((await replaceFile(path, 'new'))._unsafeUnwrapErr()).toMatchObject({
      code: 'NOT_A_REGULAR_FILE',
      found: 'symlink',
    });
    symlinkSync('/nowhere', join(place, 'dangling'));
    expect(await replaceFile(join(place, 'dangling'), 'new')).toBeErr();
    expect(readFileSync(decoy, 'utf8')).toBe('decoy');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  it('refuses directories and FIFOs', async () => {
    mkdirSync(join(place, 'directory'));
    run('mkfifo', [join(place, 'fifo')]);
    for (const name of ['directory', 'fifo']) {
      expect((await replaceFile(join(place, name), 'new'))._unsafeUnwrapErr().code, name).toBe('NOT_A_REGULAR_FILE');
    }
  });

  it('writes to the directory it looked at, though another is put in its place meanwhile', async () => {
    const moved = join(place, '..', 'moved');
    const decoy = join(place, '..', 'decoy');
    mkdirSync(decoy);
    writeFileSync(join(decoy, 'unit.service'), 'decoy');
    writeFileSync(path, 'old');
    const done = await replaceFile(path, 'new', {
      validate: () => {
        renameSync(place, moved);
        symlinkSync('decoy', place);
        return okAsync(undefined);
      },
    });
    expect(done).toBeOk();
    expect(readFileSync(join(moved, 'unit.service'), 'utf8')).toBe('new');
    expect(readFileSync(join(decoy, 'unit.service'), 'utf8')).toBe('decoy');
    expect(readdirSync(decoy)).toEqual(['unit.service']);
  });

  it('leaves other names of a hard-linked file with the old bytes', async () => {
    writeFileSync(path, 'old');
    linkSync(path, `${path}.bak`);
    expect(await replaceFile(path, 'new')).toBeOk();
    expect(readFileSync(`${path}.bak`, 'utf8')).toBe('old');
  });

  it('says with the errno when the disk is full, read-only or immutable, and leaves the old file whole', async () => {
    mount(place, '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs');
    writeFileSync(path, 'old');
    const full = await replaceFile(path, Buffer.alloc(200_000));
    expect(full._unsafeUnwrapErr()).toMatchObject({ code: 'IO', errno: 'ENOSPC' });
    run('mount', ['-o', 'remount,ro', place]);
    expect((await replaceFile(path, 'new'))._unsafeUnwrapErr()).toMatchObject({ code: 'IO', errno: 'EROFS' });
    run('mount', ['-o', 'remount,rw', place]);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(place)).toEqual(['unit.service']);
  });

  it('leaves an immutable file and no temporary one', async () => {
    writeFileSync(path, 'old');
    run('chattr', ['+i', path]);
    expect((await replaceFile(path, 'new'))._unsafeUnwrapErr()).toMatchObject({ code: 'IO', errno: 'EPERM' });
    run('chattr', ['-i', path]);
    expect(readdirSync(place)).toEqual(['unit.service']);
  });

  it('refuses a path that does not name one file', async () => {
    for (const bad of ['relative', '', '/', `${place}/`, `${place}/.`, `${place}/..`, `${path}\0x`]) {
      expect((await replaceFile(bad, 'new'))._unsafeUnwrapErr().code, JSON.stringify(bad)).toBe('INVALID_PATH');
    }
    expect((await replaceFile(join(place, 'none/file'), 'new'))._unsafeUnwrapErr()).toMatchObject({
      code: 'IO',
      errno: 'ENOENT',
    });
  });

  it('writes names at the length limit', async () => {
    for (const name of ['x'.repeat(255), 'é'.repeat(127)]) {
      expect(await replaceFile(join(place, name), 'new'), name).toBeOk();
      expect(await replaceFile(join(place, name), 'again'), name).toBeOk();
    }
  });

  it('syncs file and directory around the rename', async () => {
    const program = await bundle(
      `import { replaceFile } from ${JSON.stringify(join(import.meta.dirname, '../../../src/posix/files/replaceFile.ts'))};
       const done = await replaceFile(process.argv[2], 'new');
       if (done.isErr()) throw new Error(done.error.message);`,
      join(place, '..'),
    );
    writeFileSync(path, 'old');
    const log = join(place, '..', 'trace');
    const only = ['-e', 'trace=fsync,rename,renameat,renameat2'];
    run('strace', ['-f', '-y', '-o', log, ...only, process.execPath, program, path]);
    const lines = readFileSync(log, 'utf8').split('\n');
    const calls = lines.flatMap((line) => /\b(fsync\(.*|rename\w*\(.*)/.exec(line)?.[1] ?? []);
    expect(calls.map((call) => call.replace(/\(.*/, ''))).toEqual(['fsync', 'rename', 'fsync']);
    expect(calls[0]).toContain('.unit.service.wca-');
    expect(calls[2]).toContain(`<${place}>`);
  });

  it('leaves old or new bytes when killed at any change, and the next call removes what is left over', async () => {
    const program = await bundle(
      `import { replaceFile } from ${JSON.stringify(join(import.meta.dirname, '../../../src/posix/files/replaceFile.ts'))};
       const done = await replaceFile(process.argv[2], 'new', { uid: 0, gid: 0, mode: 0o600 });
       if (done.isErr()) throw new Error(done.error.message);`,
      join(place, '..'),
    );
    // strace counts each call by itself and for each thread: one thread for file calls makes the count exact.
    const env = { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '1' };
    const runKilled = async (call: string, nth: number): Promise<boolean> => {
      const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${nth}`];
      const args = ['-f', '-qq', '-o', '/dev/null', ...inject, process.execPath, program, path];
      const child = spawn('strace', args, { stdio: 'ignore', env });
      return new Promise((resolve) => child.once('exit', (code) => resolve(code !== 0)));
    };
    let kills = 0;
    for (const before of ['old', null]) {
      for (const call of ['fchown', 'fchmod', 'fsync', 'rename', 'link', 'unlink']) {
        for (let nth = 1, killed = true; killed; nth += 1) {
          rmSync(path, { force: true });
          if (before !== null) writeFileSync(path, before);
          killed = await runKilled(call, nth);
          if (killed) kills += 1;
          expect([before, 'new']).toContain(existsSync(path) ? readFileSync(path, 'utf8') : null);
          expect(await replaceFile(path, 'healed')).toBeOk();
          expect(readdirSync(place)).toEqual(['unit.service']);
        }
      }
    }
    // fchown, fchmod, fsync, rename, fsync; and with link and unlink for the rename where nothing was.
    expect(kills).toBeGreaterThanOrEqual(11);
  });
});
