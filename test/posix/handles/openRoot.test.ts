// @module-tag root
import { closeSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRoot } from '../../../src/posix/handles/openRoot.js';
import { freshPlace, run } from '../support/place.js';
import { directory, file, openDescriptors } from '../support/trees.js';

/** The real path of what was opened, or the code of the refusal. */
function opened(path: string): string {
  const root = openRoot(path);
  if (root.isErr()) return root.error.code === 'IO' ? root.error.errno : root.error.code;
  closeSync(root.value.fd);
  return root.value.realPath;
}

describe('openRoot', () => {
  it('opens directories, files, dot names and what root links to, and leaves one descriptor', () => {
    const place = freshPlace();
    directory(join(place, 'a'));
    directory(join(place, 'a/b'));
    file(join(place, 'a/file'));
    symlinkSync('a/b', join(place, 'relative'));
    symlinkSync(join(place, 'a'), join(place, 'absolute'));
    const descriptors = openDescriptors();
    for (const path of ['a/b', 'a//b/', './a/./b', 'a/b/../b', 'relative', 'absolute/b', 'relative/../b']) {
      expect(opened(`${place}/${path}`), path).toBe(join(place, 'a/b'));
    }
    expect(opened(join(place, 'absolute/file'))).toBe(join(place, 'a/file'));
    expect([opened('/'), opened('/..')]).toEqual(['/', '/']);
    expect(openDescriptors()).toBe(descriptors);
  });

  it('refuses links that somebody else owns, or could have moved there', () => {
    const place = freshPlace();
    directory(join(place, 'target'));
    const modes = { theirs: 0o755, group: 0o775, open: 0o777, sticky: 0o1777 };
    for (const [name, mode] of Object.entries(modes)) {
      directory(join(place, name), mode, name === 'theirs' ? 33 : 0);
      symlinkSync(join(place, 'target'), join(place, name, 'link'));
    }
    symlinkSync(join(place, 'target'), join(place, 'handed'));
    run('chown', ['-h', '33', join(place, 'handed')]);
    const paths = ['theirs/link', 'group/link', 'open/link', 'sticky/link', 'handed'];
    expect(paths.map((path) => opened(join(place, path)))).toEqual(Array(5).fill('UNSAFE_ROOT'));
  });

  it('does not follow a link of root that another user moved into a sticky directory', () => {
    const place = freshPlace();
    for (const [name, mode, uid] of [
      ['target', 0o755, 0],
      ['sticky', 0o1777, 0],
      ['theirs', 0o755, 33],
    ] as const)
      directory(join(place, name), mode, uid);
    symlinkSync('../target', join(place, 'theirs/link'));
    run('setpriv', [
      '--reuid=33',
      '--regid=33',
      '--clear-groups',
      'mv',
      join(place, 'theirs/link'),
      join(place, 'sticky'),
    ]);
    expect(opened(join(place, 'sticky/link'))).toBe('UNSAFE_ROOT');
  });

  it('follows no link below a directory in which others may exchange names, whoever owns the link', () => {
    const place = freshPlace();
    directory(join(place, 'target'));
    directory(join(place, 'theirs'), 0o755, 33);
    directory(join(place, 'theirs/roots'));
    symlinkSync(join(place, 'target'), join(place, 'theirs/roots/link'));
    expect(opened(join(place, 'theirs/roots/link'))).toBe('UNSAFE_ROOT');
    expect(opened(join(place, 'theirs/roots'))).toBe(join(place, 'theirs/roots'));
  });

  it('tells what is missing, relative, looping or not a way on', () => {
    const place = freshPlace();
    symlinkSync('loop', join(place, 'loop'));
    symlinkSync('nowhere', join(place, 'dangling'));
    file(join(place, 'file'));
    const descriptors = openDescriptors();
    const paths = ['none', 'dangling', 'loop', 'file/x'].map((name) => join(place, name));
    expect([...paths, 'tmp', '/a\0b'].map(opened)).toEqual([
      'NOT_FOUND',
      'NOT_FOUND',
      'ELOOP',
      'ENOTDIR',
      'RELATIVE_PATH',
      'EINVAL',
    ]);
    expect(openDescriptors()).toBe(descriptors);
  });
});
