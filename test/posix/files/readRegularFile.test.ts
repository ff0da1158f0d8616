// @module-tag root
import { chmodSync, chownSync, linkSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRegularFile } from '../../../src/posix/files/readRegularFile.js';
import { freshPlace, run } from '../support/place.js';

describe('readRegularFile', () => {
  it('gives bytes, owner, mode and identity of the file', async () => {
    const path = join(freshPlace(), 'file');
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    writeFileSync(path, bytes);
    chownSync(path, 33, 4);
    chmodSync(path, 0o640);
    linkSync(path, `${path}2`);
    const file = (await readRegularFile(path))._unsafeUnwrap();
    const stat = statSync(path, { bigint: true });
    expect(file.bytes.equals(bytes)).toBe(true);
    expect(file).toMatchObject({ uid: 33, gid: 4, mode: 0o640, size: 5, nlink: 2, ino: stat.ino, dev: stat.dev });
    expect(file.mtimeMs).toBeCloseTo(statSync(path).mtimeMs, 0);
  });

  it('reads an empty file, and files in /proc that say they are empty', async () => {
    const path = join(freshPlace(), 'empty');
    writeFileSync(path, '');
    expect((await readRegularFile(path))._unsafeUnwrap().bytes).toHaveLength(0);
    expect((await readRegularFile('/proc/self/status'))._unsafeUnwrap().bytes.length).toBeGreaterThan(100);
    const small = await readRegularFile('/proc/self/status', { maxBytes: 10 });
    expect(small._unsafeUnwrapErr().code).toBe('FILE_TOO_LARGE');
  });

  it('does not wait for a file of /proc that has nothing to say', async () => {
    const path = join(freshPlace(), 'link');
    symlinkSync('/proc/kmsg', path);
    const read = await readRegularFile(path, { followLinks: true });
    expect(['EAGAIN', 'EPERM', 'EACCES']).toContain(
      read.match(String, (error) => ('errno' in error ? error.errno : error.code)),
    );
  });

  it('reads up to the limit and not a byte more', async () => {
    const path = join(freshPlace(), 'file');
    writeFileSync(path, Buffer.alloc(100_000));
    expect((await readRegularFile(path, { maxBytes: 100_000 }))._unsafeUnwrap().bytes).toHaveLength(100_000);
    expect((await readRegularFile(path, { maxBytes: 99_999 }))._unsafeUnwrapErr()).toMatchObject({
      code: 'FILE_TOO_LARGE',
      maxBytes: 99_999,
    });
  });

  it('refuses everything that is no regular file, at once', async () => {
    const place = freshPlace();
    const at = (name: string): string => join(place, name);
    writeFileSync(at('file'), 'x');
    symlinkSync('file', at('link'));
    mkdirSync(at('directory'));
    run('mkfifo', [at('fifo')]);
    run('mknod', [at('null'), 'c', '1', '3']);
    const server = createServer().listen(at('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const same = { directory: 'directory', fifo: 'fifo', socket: 'socket' };
    for (const [name, type] of Object.entries({ ...same, link: 'symlink', null: 'char' })) {
      expect((await readRegularFile(at(name)))._unsafeUnwrapErr(), name).toMatchObject({
        code: 'NOT_A_REGULAR_FILE',
        found: type,
      });
    }
    server.close();
  });

  it('follows a link when asked to', async () => {
    const place = freshPlace();
    writeFileSync(join(place, 'file'), 'behind');
    symlinkSync('file', join(place, 'link'));
    const file = (await readRegularFile(join(place, 'link'), { followLinks: true }))._unsafeUnwrap();
    expect(file.bytes.toString()).toBe('behind');
    symlinkSync('loop', join(place, 'loop'));
    expect((await readRegularFile(join(place, 'loop'), { followLinks: true }))._unsafeUnwrapErr()).toMatchObject({
      code: 'IO',
      errno: 'ELOOP',
    });
  });

  it('says NOT_FOUND for what is not there', async () => {
    const place = freshPlace();
    writeFileSync(join(place, 'file'), 'x');
    for (const name of ['none', 'none/deeper', 'file/below']) {
      expect((await readRegularFile(join(place, name)))._unsafeUnwrapErr().code, name).toBe('NOT_FOUND');
    }
  });
});
