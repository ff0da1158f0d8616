// @module-tag root
// @module-tag acl
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { gatherAccess, gatherManyAccesses } from '../../../src/posix/access/gatherAccess.js';
import { freshPlace, mount, run } from '../support/place.js';

describe('gatherAccess', () => {
  it('reads the ACL of every directory and file on the way, but not of what the user owns', async () => {
    const place = freshPlace();
    mkdirSync(join(place, 'dir'));
    writeFileSync(join(place, 'dir/file'), '');
    for (const path of ['dir', 'dir/file']) run('setfacl', ['-m', 'u:44:r', join(place, path)]);
    run('chown', ['33', join(place, 'dir/file')]);
    const { nodes } = await gatherAccess(join(place, 'dir/file'), 'read', 33);
    const aclOf = (path: string): unknown => nodes.find((node) => node.path === join(place, path))?.acl;
    expect(aclOf('dir')).toMatchObject({ users: [{ id: 44, bits: 4 }] });
    expect(aclOf('dir/file')).toBeNull();
  });

  it('asks for the immutable attribute only of what is to be changed', async () => {
    const place = freshPlace();
    const path = join(place, 'file');
    writeFileSync(path, '');
    run('chattr', ['+i', path]);
    onTestFinished(() => void run('chattr', ['-i', path]));
    expect((await gatherAccess(path, 'write', 33)).immutable).toBe(true);
    expect((await gatherAccess(path, 'read', 33)).immutable).toBe(false);
  });

  it('says that an append-only file may be appended to', async () => {
    const path = join(freshPlace(), 'file');
    writeFileSync(path, '');
    run('chattr', ['+a', path]);
    onTestFinished(() => void run('chattr', ['-a', path]));
    expect((await gatherAccess(path, 'write', 33)).notSeen.join()).toContain('append-only');
  });

  it('tells the mount that the end of the way lies in, also when another is mounted over it', async () => {
    const place = freshPlace();
    mkdirSync(join(place, 'mnt'));
    mount(join(place, 'mnt'), '-t', 'tmpfs', '-o', 'ro', 'none');
    symlinkSync('mnt', join(place, 'link'));
    const facts = await gatherAccess(join(place, 'link'), 'read', 33);
    expect(facts.mount).toMatchObject({ mountPoint: join(place, 'mnt'), type: 'tmpfs', readOnly: true });
    expect((await gatherAccess(join(place, 'none'), 'read', 33)).mount).toBeNull();
  });

  it('gives capabilities to root alone', async () => {
    expect((await gatherAccess('/etc', 'read', 33)).rootCapabilities).toEqual({ override: false, readSearch: false });
    expect((await gatherAccess('/etc', 'read', 0)).rootCapabilities.override).toBe(true);
  });

  it('keeps what was not seen of one path apart from others', async () => {
    const place = freshPlace();
    writeFileSync(join(place, 'plain'), '');
    writeFileSync(join(place, 'new\nline'), '');
    const questions = ['plain', 'new\nline'].map((name) => ({ path: join(place, name), want: 'write' as const }));
    const [plain, odd] = await gatherManyAccesses(questions, 33);
    expect(plain?.notSeen).toEqual([]);
    expect(odd?.notSeen).toEqual(['the immutable attribute (chattr +i) was not read']);
  });
});
