// @module-tag root
import { fstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ok } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { incomplete, withSearchRoot } from '../../../src/posix/search/searchRoot.js';
import type { OwnershipOptions, SearchRoot } from '../../../src/posix/search/searchRoot.js';
import { freshPlace, mount } from '../support/place.js';

/** The root as a search is given it, and what it says while the handle is open. */
async function opened<T>(path: string, options: OwnershipOptions, look: (root: SearchRoot) => T): Promise<T> {
  return (await withSearchRoot(path, options, (root) => Promise.resolve(ok(look(root)))))._unsafeUnwrap();
}

describe('withSearchRoot', () => {
  it('opens what a link leads to, and closes it', async () => {
    const place = freshPlace();
    mkdirSync(join(place, 'real'));
    symlinkSync('real', join(place, 'link'));
    const { ino, fd } = await opened(join(place, 'link'), {}, ({ stat, base }) => ({
      ino: stat.ino,
      fd: base.directory,
    }));
    await opened(join(place, 'real'), {}, ({ stat }) => expect(stat.ino).toBe(ino));
    expect(() => fstatSync(fd)).toThrow('EBADF');
  });

  it('gives whole paths as they were asked for', async () => {
    const place = freshPlace();
    const paths = await opened(`${place}///`, {}, ({ absolute }) =>
      ['', 'a/b', '\u00ff'].map((path) => absolute(path).toString('latin1')),
    );
    expect(paths).toEqual([place, `${place}/a/b`, `${place}/\u00ff`]);
    expect(await opened('/', {}, ({ absolute }) => absolute('etc').toString())).toBe('/etc');
  });

  it('passes over what is excluded, absolute or relative, and nothing beside the tree', async () => {
    const place = freshPlace();
    const exclude = [join(place, 'a'), 'b/c', '/elsewhere'];
    expect(await opened(place, { exclude }, ({ base }) => base.prune)).toEqual(['a', 'b/c']);
  });

  it('passes over mounts, and names them, unless they are to be crossed', async () => {
    const place = freshPlace();
    const inside = join(place, 'mounted');
    mkdirSync(inside);
    mount(inside, '-t', 'tmpfs', 'tmpfs');
    const look = ({ base, mountPoints }: SearchRoot) => [base.prune, mountPoints];
    expect(await opened(place, {}, look)).toEqual([['mounted'], [inside]]);
    expect(await opened(place, { crossMounts: true }, look)).toEqual([[], []]);
  });

  it('says that a path is relative, is not there, or cannot be opened', async () => {
    const place = freshPlace();
    const never = () => Promise.reject(new Error('is not called'));
    expect(await withSearchRoot('a', {}, never)).toBeErr({ code: 'RELATIVE_PATH' });
    expect(await withSearchRoot(join(place, 'nosuch'), {}, never)).toBeErr({ code: 'NOT_FOUND' });
    writeFileSync(join(place, 'file'), '');
    expect(await withSearchRoot(join(place, 'file/below'), {}, never)).toBeErr({ code: 'IO', errno: 'ENOTDIR' });
  });
});

describe('incomplete', () => {
  it('is the error of what could not be seen, with the first complaint', () => {
    expect(incomplete('/a', [])).toBeNull();
    expect(incomplete('/a', ["find: 'b': Permission denied", 'more'])).toMatchObject({
      code: 'QUERY_INCOMPLETE',
      message: "not everything below /a could be read: find: 'b': Permission denied",
      complaints: ["find: 'b': Permission denied", 'more'],
    });
  });
});
