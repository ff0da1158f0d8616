// @module-tag root
import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unreadablePackageFiles } from '../../../src/kimaki/dispatch/unreadablePackageFiles.js';
import type { PackageReach } from '../../../src/kimaki/dispatch/unreadablePackageFiles.js';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import { makeTree } from '../support/tree.js';

let dir = '';
let root = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'package-'));
  await chmod(dir, 0o755);
  root = join(dir, 'lib/node_modules/kimaki');
  await makeTree(root, { 'package.json': '{}', 'bin.js': '', 'dist/a.js': '', 'node_modules/x/index.js': '' });
  await makeTree(join(root, '..'), { 'secret/x': '' });
  await symlink(join(root, 'bin.js'), join(dir, 'kimaki'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function reach(program = join(dir, 'kimaki')): Promise<PackageReach> {
  const www = (await lookupIdentity('www-data'))._unsafeUnwrap();
  return (await unreadablePackageFiles(program, www))._unsafeUnwrap();
}

it('finds nothing in a package that everybody may read', async () => {
  await chmod(join(root, '../secret'), 0o700);
  await symlink('/nowhere', join(root, 'dangling'));
  expect(await reach()).toEqual({ root, unreadable: [] });
});

it('finds the modules that would fail to load later', async () => {
  await chmod(join(root, 'dist/a.js'), 0o600);
  await chmod(join(root, 'node_modules/x'), 0o700);
  expect((await reach()).unreadable.toSorted()).toEqual([join(root, 'dist/a.js'), join(root, 'node_modules/x')]);
  await chmod(root, 0o700);
  expect((await reach()).unreadable).toEqual([root]);
});

it('knows a program that belongs to no package, and one that is not there', async () => {
  expect(await reach('/bin/true')).toEqual({ root: null, unreadable: [] });
  const www = (await lookupIdentity('www-data'))._unsafeUnwrap();
  expect((await unreadablePackageFiles(join(dir, 'absent'), www))._unsafeUnwrapErr().code).toBe('IO');
});
