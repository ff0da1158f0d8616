import { expect, it } from 'vitest';
import { relativePath } from '../../../src/posix/paths/relativePath.js';

const root = { path: '/srv/link', realPath: '/srv/real' };

it('makes a path relative to the root by either of its names, and gives nothing for one outside', () => {
  expect(relativePath(root, '/srv/link/a/b/')).toEqual(['a/b']);
  expect(relativePath(root, '/srv/real/a')).toEqual(['a']);
  expect(relativePath(root, '/srv/linked/a')).toEqual([]);
  expect(relativePath({ path: '/', realPath: '/' }, '/etc')).toEqual(['etc']);
});

it('keeps a relative path, without a leading dot', () => {
  expect(relativePath(root, './a/b')).toEqual(['a/b']);
});
