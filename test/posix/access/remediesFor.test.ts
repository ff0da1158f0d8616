import { describe, expect, it } from 'vitest';
import type { AccessMount, AccessRule } from '../../../src/posix/access/access.js';
import { EXECUTE, READ, WRITE } from '../../../src/posix/access/judgePermission.js';
import { remediesFor } from '../../../src/posix/access/remediesFor.js';
import type { Refusal } from '../../../src/posix/access/remediesFor.js';
import { identityOf, WWW_DATA } from '../support/identities.js';

const MOUNT: AccessMount = { point: '/srv', type: 'ext4', readOnly: true, noExec: true };

function refusal(decidedBy: AccessRule, node: Partial<Refusal['node']> = {}, changes: Partial<Refusal> = {}): Refusal {
  const inode = { type: 'file', mode: 0o640, uid: 0, gid: 50, acl: null, path: '/srv/file', role: 'final' } as const;
  return { node: { ...inode, ...node }, needs: 'read', bits: READ, decidedBy, mount: MOUNT, ...changes };
}

const commands = (of: Refusal, who = WWW_DATA): readonly (string | null)[] =>
  remediesFor(of, who).map(({ command }) => command?.join(' ') ?? null);

describe('remediesFor', () => {
  it.each([
    ['read-only-mount', ['mount -o remount,rw /srv']],
    ['noexec-mount', [null, 'mount -o remount,exec /srv']],
    ['immutable', ['chattr -i -- /srv/file']],
    ['no-execute-bit', ['chmod u+x -- /srv/file']],
    ['protected-symlinks', ['chown -h 7 -- /srv/file']],
    ['owner', ['chmod u+r -- /srv/file']],
    ['not-a-file', []],
    ['link', []],
    ['capability', []],
  ] as const)('of %s are %j', (decidedBy, expected) => {
    expect(commands(refusal(decidedBy, {}, { owner: 7 }))).toEqual(expected);
  });

  it('name a narrow ACL entry first, then the group that may already, then everyone', () => {
    expect(commands(refusal('other'))).toEqual([
      'setfacl -n -m u:33:r--,m::r-- -- /srv/file',
      'usermod --append --groups 50 -- www-data',
      'chmod o+r -- /srv/file',
    ]);
  });

  it('offer no membership in a group that may not either, in that of root, or that the user has', () => {
    const joins = (of: Refusal, who = WWW_DATA): boolean =>
      remediesFor(of, who).some(({ action }) => action === 'join-group');
    expect(joins(refusal('other'))).toBe(true);
    expect(joins(refusal('other', { mode: 0o600 }))).toBe(false);
    expect(joins(refusal('other', { gid: 0 }))).toBe(false);
    expect(joins(refusal('other'), identityOf('u', 33, [33, 50]))).toBe(false);
    expect(joins(refusal('group'))).toBe(false);
  });

  it('keep in the new ACL entry what the user could do before', () => {
    const write = refusal('other', { mode: 0o604 }, { needs: 'write', bits: WRITE });
    expect(commands(write)[0]).toBe('setfacl -n -m u:33:rw-,m::rw- -- /srv/file');
  });

  it('tell whom a wider mask would give more', () => {
    const acl = {
      users: [
        { id: 33, bits: 0 },
        { id: 44, bits: 7 },
      ],
      owningGroup: 4,
      groups: [{ id: 60, bits: 4 }],
      mask: 0,
      other: 0,
    };
    const [grant] = remediesFor(refusal('acl-user', { acl }), WWW_DATA);
    expect(grant?.exposes).toContain('the wider mask gives the same to uid 44, group 50, group 60');
    const [narrow] = remediesFor(refusal('acl-user', { acl: { ...acl, mask: 7 } }), WWW_DATA);
    expect(narrow?.exposes).toContain('no other account gains anything');
  });

  it('change the group bits only where the ACL entry of the group lets them through', () => {
    const acl = { users: [], owningGroup: 0, groups: [], mask: 7, other: 0 };
    const changesMode = (of: Refusal): boolean => remediesFor(of, WWW_DATA).some((one) => one.action === 'change-mode');
    expect(changesMode(refusal('group', { mode: 0o600 }))).toBe(true);
    expect(changesMode(refusal('group', { acl }))).toBe(false);
    expect(changesMode(refusal('group', { acl: { ...acl, owningGroup: READ } }))).toBe(true);
  });

  it('propose another place for what must be searched or run', () => {
    const places = (needs: Refusal['needs'], bits: number): boolean =>
      remediesFor(refusal('other', { type: 'directory' }, { needs, bits }), WWW_DATA).some(
        ({ action }) => action === 'put-elsewhere',
      );
    expect([places('search', EXECUTE), places('execute', EXECUTE), places('read', READ)]).toEqual([true, true, false]);
  });

  it('have no command about a name that is not UTF-8', () => {
    expect(commands(refusal('immutable', { path: '/srv/\xff' }))).toEqual([null]);
  });
});
