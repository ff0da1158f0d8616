// @module-tag linux
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { walkPath } from '../../../src/posix/access/walkPath.js';
import { freshPlace } from '../support/place.js';

/** The nodes of the way below a place, as `role path`. */
function way(place: string, path: string): readonly string[] {
  const { nodes, end } = walkPath(path.startsWith('/') ? path : `${place}/${path}`);
  const inside = nodes.filter((node) => node.path.startsWith(`${place}/`));
  const shown = inside.map(({ role, path: at }) => `${role} ${at.slice(place.length + 1)}`);
  return end === null ? shown : [...shown, end.code];
}

function plant(): string {
  const place = freshPlace();
  mkdirSync(join(place, 'a/b'), { recursive: true });
  writeFileSync(join(place, 'a/file'), '');
  symlinkSync('a/b', join(place, 'relative'));
  symlinkSync(join(place, 'a'), join(place, 'absolute'));
  symlinkSync('a/file', join(place, 'to-file'));
  symlinkSync('a/file/', join(place, 'to-file-as-directory'));
  symlinkSync('nowhere', join(place, 'dangling'));
  symlinkSync('loop', join(place, 'loop'));
  return place;
}

describe('walkPath', () => {
  it('goes from the root, name by name, to the final node', () => {
    const place = plant();
    const { nodes, resolvedPath } = walkPath(`${place}/a/file`);
    expect(nodes[0]).toMatchObject({ path: '/', role: 'search', type: 'directory' });
    expect(nodes.at(-1)).toMatchObject({ path: `${place}/a/file`, role: 'final', type: 'file' });
    expect(resolvedPath).toBe(`${place}/a/file`);
    expect(walkPath('/').nodes.map(({ role }) => role)).toEqual(['final']);
  });

  it.each([
    ['relative', ['link relative', 'search a', 'final a/b']],
    ['absolute/b', ['link absolute', 'search a', 'final a/b']],
    ['relative/..', ['link relative', 'search a', 'search a/b', 'final a']],
    ['a/./b', ['search a', 'final a/b']],
    ['a/b/../file', ['search a', 'search a/b', 'final a/file']],
    ['a/', ['final a']],
  ])('goes %s by %j', (path, nodes) => {
    expect(way(plant(), path)).toEqual(nodes);
  });

  it.each([
    ['none', ['NOT_FOUND']],
    ['dangling', ['link dangling', 'NOT_FOUND']],
    ['a/file/x', ['search a', 'NOT_A_DIRECTORY']],
    ['a/file/', ['search a', 'NOT_A_DIRECTORY']],
    ['a/file/.', ['search a', 'NOT_A_DIRECTORY']],
    ['to-file/', ['link to-file', 'search a', 'NOT_A_DIRECTORY']],
    ['to-file-as-directory', ['link to-file-as-directory', 'search a', 'NOT_A_DIRECTORY']],
  ])('stops at %s with %j', (path, nodes) => {
    expect(way(plant(), path)).toEqual(nodes);
  });

  it('follows forty links, as the kernel does, and not one more', () => {
    const place = plant();
    symlinkSync('a/file', join(place, 'link1'));
    for (let n = 2; n <= 41; n += 1) symlinkSync(`link${n - 1}`, join(place, `link${n}`));
    expect(walkPath(`${place}/link40`).end).toBeNull();
    expect(walkPath(`${place}/link41`).end?.code).toBe('SYMLINK_LOOP');
    expect(walkPath(`${place}/loop`).end?.code).toBe('SYMLINK_LOOP');
  });

  it('tells of the last link its text and the directory it lies in, of others only the text', () => {
    const place = plant();
    const linkOf = (path: string): unknown => walkPath(`${place}/${path}`).nodes.find(({ role }) => role === 'link');
    expect(linkOf('relative')).toMatchObject({ target: 'a/b', lastIn: { path: place } });
    expect(linkOf('absolute/b')).not.toHaveProperty('lastIn');
  });

  it('names what is missing behind a link, and the path that was asked for', () => {
    const place = plant();
    expect(walkPath(`${place}/dangling`).end).toMatchObject({
      path: `${place}/dangling`,
      missing: `${place}/nowhere`,
      message: `${place}/dangling does not exist: it leads to ${place}/nowhere, which does not exist`,
    });
  });

  it('refuses what no path can be', () => {
    expect(walkPath(`/${'x'.repeat(4096)}`).end).toMatchObject({ code: 'IO', errno: 'ENAMETOOLONG' });
    expect(walkPath('/etc/pass\0wd').end).toMatchObject({ code: 'IO', errno: 'EINVAL' });
  });
});
