import { describe, expect, it } from 'vitest';
import { EXECUTE, judgePermission, READ, readableBy, rwx, WRITE } from '../../../src/posix/access/judgePermission.js';
import type { Inode, Subject } from '../../../src/posix/access/judgePermission.js';
import { parseAcls } from '../../../src/posix/access/readAcls.js';
import type { Acl } from '../../../src/posix/access/readAcls.js';

const NO_ACL: Acl | null = null;

function inode(mode: number, uid = 0, gid = 0, acl = NO_ACL): Inode {
  return { type: 'file', mode, uid, gid, acl };
}

function who(uid: number, ...gids: readonly number[]): Subject {
  const all = { override: uid === 0, readSearch: uid === 0 };
  return { uid, gids: new Set(gids), capabilities: all };
}

function aclOf(text: string): Acl | null {
  return parseAcls(`# file: x\n# owner: 0\n# group: 0\n${text}\n`, 1)?.[0] ?? null;
}

describe('judgePermission', () => {
  it('asks the owner class alone when the uid is the owner, whatever the others may do', () => {
    expect(judgePermission(inode(0o077, 33, 33), who(33, 33), READ).allowed).toBe(false);
    const refused = judgePermission(inode(0o470, 33, 33), who(33, 33), WRITE);
    expect(refused).toEqual({ allowed: false, rule: 'owner 33: r--', decidedBy: 'owner', acl: null });
  });

  it('asks the group class alone when one of the groups is the owning one', () => {
    expect(judgePermission(inode(0o707, 0, 50), who(33, 33, 50), READ).allowed).toBe(false);
    expect(judgePermission(inode(0o070, 0, 50), who(33, 33, 50), READ).allowed).toBe(true);
    expect(judgePermission(inode(0o007, 0, 50), who(33, 33), READ)).toMatchObject({
      allowed: true,
      rule: 'other: rwx',
    });
  });

  it('lets uid 0 pass, but not run what has no execute bit at all', () => {
    expect(judgePermission(inode(0o000, 33), who(0, 0), READ | WRITE).allowed).toBe(true);
    expect(judgePermission(inode(0o666, 33), who(0, 0), EXECUTE).allowed).toBe(false);
    expect(judgePermission(inode(0o001, 33), who(0, 0), EXECUTE).allowed).toBe(true);
    expect(judgePermission({ ...inode(0o000), type: 'directory' }, who(0, 0), EXECUTE).allowed).toBe(true);
  });

  it('lets CAP_DAC_READ_SEARCH look, and nothing more', () => {
    const looks = { uid: 0, gids: new Set([0]), capabilities: { override: false, readSearch: true } };
    const folder = { ...inode(0o000, 33), type: 'directory' } as const;
    expect(judgePermission(inode(0o000, 33), looks, READ)).toMatchObject({ allowed: true, decidedBy: 'capability' });
    expect(judgePermission(inode(0o000, 33), looks, READ | WRITE).allowed).toBe(false);
    expect(judgePermission(inode(0o010, 33, 5), looks, EXECUTE).allowed).toBe(false);
    expect(judgePermission(folder, looks, READ | EXECUTE).allowed).toBe(true);
    expect(judgePermission(folder, looks, WRITE | EXECUTE).allowed).toBe(false);
  });

  it('judges a named user by its entry through the mask, before any group', () => {
    const acl = aclOf('user::rw-\nuser:33:rwx\ngroup::---\ngroup:33:---\nmask::r--\nother::rwx');
    expect(judgePermission(inode(0o647, 0, 0, acl), who(33, 33), READ).allowed).toBe(true);
    expect(judgePermission(inode(0o647, 0, 0, acl), who(33, 33), WRITE)).toEqual({
      allowed: false,
      rule: 'ACL user 33: rwx masked to r--',
      decidedBy: 'acl-user',
      acl: { entry: 'user:33:rwx', mask: 'r--' },
    });
  });

  it('needs one group entry that gives everything at once, and never falls through to other', () => {
    const acl = aclOf('user::rw-\ngroup::---\ngroup:50:-w-\ngroup:51:--x\nmask::rwx\nother::rwx');
    const subject = who(33, 33, 50, 51);
    expect(judgePermission(inode(0o677, 0, 0, acl), subject, WRITE).allowed).toBe(true);
    expect(judgePermission(inode(0o677, 0, 0, acl), subject, EXECUTE).allowed).toBe(true);
    expect(judgePermission(inode(0o677, 0, 0, acl), subject, WRITE | EXECUTE).allowed).toBe(false);
    expect(judgePermission(inode(0o677, 0, 0, acl), subject, READ).allowed).toBe(false);
    expect(judgePermission(inode(0o677, 0, 0, acl), who(34, 34), READ).allowed).toBe(true);
  });

  it('forgets the ACL when its mask is empty, as the kernel does', () => {
    const acl = aclOf('user::rw-\nuser:33:rwx\ngroup::rwx\nmask::---\nother::r--');
    expect(judgePermission(inode(0o604, 0, 50, acl), who(33, 33), READ)).toMatchObject({
      allowed: true,
      rule: 'other: r--',
    });
    expect(judgePermission(inode(0o604, 0, 50, acl), who(33, 50), READ).allowed).toBe(false);
  });

  it('lets everyone read only what no class and no entry of an ACL is kept from', () => {
    const everyone = readableBy('everyone');
    expect([0o644, 0o444, 0o604, 0o640, 0o600, 0o200].map((mode) => everyone(inode(mode)))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    const closed = aclOf('user::rw-\nuser:33:---\ngroup::r--\nmask::r--\nother::r--');
    const open = aclOf('user::rw-\nuser:33:rwx\ngroup::r--\nmask::r--\nother::r--');
    expect([everyone(inode(0o644, 0, 0, closed)), everyone(inode(0o644, 0, 0, open))]).toEqual([false, true]);
    expect(everyone({ ...inode(0o754), type: 'directory' })).toBe(false);
  });

  it('shows bits as ls does', () => {
    expect([0, 5, 7].map(rwx)).toEqual(['---', 'r-x', 'rwx']);
  });
});
