import { expect, test } from 'vitest';
import {
  staysClosedByAcl,
  staysPlain,
  staysRefused,
} from '../../../../src/recipes/migrateOffRoot/refuse/refuseWriting.js';

const path = '/var/www/site/wp-content/plugins/tiny';
const known = { owners: [0, 33, 1000], acls: new Set<string>(), reclaimsPrivate: false };

test('files of root, WordPress and the agent are opened, those of others are not', () => {
  for (const uid of known.owners)
    expect(staysRefused({ why: 'refused', uid, path }, { ...known, isAgent: true })).toBe(false);
  expect(staysRefused({ why: 'refused', uid: 1001, path }, { ...known, isAgent: false })).toBe(true);
});

test('a closed directory stays closed, but for WordPress where root’s private files are given to it', () => {
  expect(staysRefused({ why: 'closed', uid: 33, path }, { ...known, isAgent: true })).toBe(true);
  expect(staysRefused({ why: 'closed', uid: 0, path }, { ...known, isAgent: false })).toBe(true);
  expect(staysRefused({ why: 'closed', uid: 0, path }, { ...known, isAgent: false, reclaimsPrivate: true })).toBe(
    false,
  );
  expect(staysRefused({ why: 'closed', uid: 0, path }, { ...known, isAgent: true, reclaimsPrivate: true })).toBe(true);
});

test('an ACL that a sweep leaves alone keeps the agent out, and setgid away', () => {
  const acls = new Set([path]);
  expect(staysRefused({ why: 'refused', uid: 33, path }, { ...known, acls, isAgent: true })).toBe(true);
  expect(staysRefused({ why: 'refused', uid: 0, path }, { ...known, acls, isAgent: false })).toBe(false);
  expect(staysPlain({ uid: 33, path }, { ...known, acls })).toBe(true);
  expect(staysPlain({ uid: 33, path }, known)).toBe(false);
  expect(staysPlain({ uid: 1001, path }, known)).toBe(true);
});

test.each([
  ['the group has it all and the mask too', { owningGroup: 7, mask: 7, named: 7 }, false],
  ['the group has less than the mask', { owningGroup: 5, mask: 7, named: 7 }, true],
  ['the mask is widened, and nobody else gains', { owningGroup: 7, mask: 5, named: 5 }, false],
  ['the mask is not widened, for a named entry would gain', { owningGroup: 7, mask: 5, named: 7 }, true],
])('an ACL where %s', (_, { owningGroup, mask, named }, closed) => {
  const acl = { users: [{ id: 33, bits: named }], groups: [], owningGroup, mask, other: 5 };
  expect(staysClosedByAcl(acl, false)).toBe(closed);
});

test('of a file the group needs no execution', () => {
  const acl = { users: [], groups: [{ id: 44, bits: 4 }], owningGroup: 6, mask: 6, other: 4 };
  expect([staysClosedByAcl(acl, true), staysClosedByAcl(acl, false)]).toEqual([false, true]);
});
