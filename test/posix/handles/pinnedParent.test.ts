// @module-tag root
import { existsSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ok } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { attemptAt, withPinnedParent } from '../../../src/posix/handles/pinnedParent.js';
import { freshPlace, run } from '../support/place.js';
import { directory, file, openDescriptors } from '../support/trees.js';

describe('withPinnedParent', () => {
  it('reaches the same directory after it was renamed and another has taken its place', async () => {
    const place = freshPlace();
    directory(join(place, 'dir'));
    const descriptors = openDescriptors();
    const written = await withPinnedParent(join(place, 'dir/file'), async (parent) => {
      renameSync(join(place, 'dir'), join(place, 'moved'));
      directory(join(place, 'dir'));
      await writeFile(parent.at(), 'here');
      await writeFile(parent.at('other'), 'too');
      return ok(parent.name);
    });
    expect(written._unsafeUnwrap()).toBe('file');
    expect(readFileSync(join(place, 'moved/file'), 'utf8')).toBe('here');
    expect(readFileSync(join(place, 'moved/other'), 'utf8')).toBe('too');
    expect(existsSync(join(place, 'dir/file'))).toBe(false);
    expect(openDescriptors()).toBe(descriptors);
  });

  it.each(['file', '', '/', '/a/', '/a/.', '/a/..', '/a\0b'])('refuses %j, which names no entry', async (path) => {
    const refused = await withPinnedParent(path, () => Promise.resolve(ok(undefined)));
    expect(refused._unsafeUnwrapErr().code).toBe('INVALID_PATH');
  });

  it('tells what is missing, a file, too long or a loop on the way, with the directory that was to be opened', async () => {
    const place = freshPlace();
    file(join(place, 'file'));
    symlinkSync('loop', join(place, 'loop'));
    const descriptors = openDescriptors();
    const errnoOf = async (above: string): Promise<string> => {
      const error = (await withPinnedParent(`${above}/x`, () => Promise.resolve(ok(1))))._unsafeUnwrapErr();
      expect(error).toMatchObject({ code: 'IO', syscall: 'open' });
      return error.code === 'IO' ? error.errno : error.code;
    };
    expect(await errnoOf(join(place, 'none'))).toBe('ENOENT');
    expect(await errnoOf(join(place, 'file'))).toBe('ENOTDIR');
    expect(await errnoOf(join(place, 'file/below'))).toBe('ENOTDIR');
    expect(await errnoOf(join(place, 'loop'))).toBe('ELOOP');
    expect(await errnoOf(`/${'x/'.repeat(2047)}x`)).toBe('ENAMETOOLONG');
    expect(openDescriptors()).toBe(descriptors);
  });

  it('follows links, also one as the directory itself unless that is refused', async () => {
    const place = freshPlace();
    directory(join(place, 'target'));
    file(join(place, 'target/file'));
    symlinkSync('target', join(place, 'link'));
    expect((await attemptAt(join(place, 'link/file'), 'open', (at) => readFile(at))).isOk()).toBe(true);
    const refused = await attemptAt(join(place, 'link/file'), 'open', (at) => readFile(at), { lastLink: 'refuse' });
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'IO', errno: 'EACCES', path: join(place, 'link') });
    expect(refused._unsafeUnwrapErr().message).toContain(join(place, 'link'));
  });

  it('says which link is not followed, whose it is and what to do, and writes nothing', async () => {
    const place = freshPlace();
    directory(join(place, 'target'));
    directory(join(place, 'home'), 0o755, 33);
    symlinkSync(join(place, 'target'), join(place, 'home/.config'));
    run('chown', ['-h', '33', join(place, 'home/.config')]);
    const path = join(place, 'home/.config/file');
    const refused = await withPinnedParent(path, async (parent) => ok(await writeFile(parent.at(), 'x')));
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'UNSAFE_LINK', link: join(place, 'home/.config') });
    expect(refused._unsafeUnwrapErr().message).toMatch(/home\/\.config, .*uid 33.*; check where it leads/);
    expect(existsSync(join(place, 'target/file'))).toBe(false);
  });

  it('refuses a directory other than the one that is expected, and takes that one under another name', async () => {
    const place = freshPlace();
    directory(join(place, 'dir'));
    directory(join(place, 'other'));
    const name = join(place, 'dir/file');
    const seen = (await withPinnedParent(name, (parent) => Promise.resolve(ok(parent.inode))))._unsafeUnwrap();
    const reach = (path: string): Promise<string> =>
      withPinnedParent(path, () => Promise.resolve(ok('reached')), { within: seen }).then((done) =>
        done.match(
          (value) => value,
          ({ code }) => code,
        ),
      );
    expect(await reach(name)).toBe('reached');
    renameSync(join(place, 'dir'), join(place, 'moved'));
    renameSync(join(place, 'other'), join(place, 'dir'));
    expect([await reach(name), await reach(join(place, 'moved/file'))]).toEqual(['CHANGED_MEANWHILE', 'reached']);
  });

  it('does not follow what lies in a directory open to all, whoever linked it', async () => {
    const place = freshPlace();
    directory(join(place, 'target'));
    directory(join(place, 'shared'), 0o1777);
    symlinkSync(join(place, 'target'), join(place, 'shared/roots'));
    symlinkSync(join(place, 'target'), join(place, 'shared/theirs'));
    run('chown', ['-h', '33', join(place, 'shared/theirs')]);
    const write = (name: string): Promise<boolean> =>
      attemptAt(join(place, 'shared', name, 'file'), 'open', (at) => writeFile(at, 'x')).match(
        () => true,
        () => false,
      );
    expect(await write('roots')).toBe(false);
    expect(await write('theirs')).toBe(false);
  });
});

describe('attemptAt', () => {
  it('names the path that was asked for in its error', async () => {
    const place = freshPlace();
    writeFileSync(join(place, 'file'), '');
    expect((await attemptAt(join(place, 'file'), 'unlink', unlink)).isOk()).toBe(true);
    const missing = (await attemptAt(join(place, 'file'), 'unlink', unlink))._unsafeUnwrapErr();
    expect(missing).toMatchObject({ errno: 'ENOENT', syscall: 'unlink', path: join(place, 'file') });
    expect((await attemptAt('file', 'unlink', unlink))._unsafeUnwrapErr()).toMatchObject({
      code: 'IO',
      errno: 'EINVAL',
    });
  });
});
