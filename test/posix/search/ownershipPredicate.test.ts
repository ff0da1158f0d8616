// @module-tag linux
// @module-tag slow
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPredicate, matchesPredicate } from '../../../src/posix/search/ownershipPredicate.js';
import type { OwnershipPredicate } from '../../../src/posix/search/ownershipPredicate.js';
import { identityOf } from '../support/identities.js';
import { freshPlace, run } from '../support/place.js';

const PREDICATES: readonly (readonly [OwnershipPredicate, string])[] = [
  [{}, ''],
  [{ by: 0 }, '-uid 0'],
  [{ notBy: 33 }, '! -uid 33'],
  [{ group: 4 }, '-gid 4'],
  [{ groupUnwritable: true }, '! -perm -020'],
  [{ groupUnwritable: false }, ''],
  [{ modeHas: 0o2070 }, '-perm -2070'],
  [{ modeLacks: 0o002 }, '! -perm /2'],
  [{ modeHas: 0, modeLacks: 0 }, ''],
  [{ types: ['file'] }, '( -type f )'],
  [{ types: ['file', 'symlink'] }, '( -type f -o -type l )'],
  [{ types: [] }, '-false'],
  [{ by: 0, group: 33, modeHas: 0o1 }, '-uid 0 -gid 33 -perm -1'],
];

describe('findPredicate', () => {
  it.each(PREDICATES)('says %j as %j', (predicate, words) => {
    expect(findPredicate(predicate).join(' ')).toBe(words);
  });
});

describe('matchesPredicate', () => {
  it('agrees with find about a file, whatever its mode', async () => {
    const path = join(freshPlace(), 'file');
    const { uid, gid } = identityOf('self', process.geteuid?.() ?? 0, [process.getegid?.() ?? 0]).user;
    const predicates: readonly OwnershipPredicate[] = [
      ...PREDICATES.map(([predicate]) => predicate),
      { by: uid },
      { by: uid + 1 },
      { notBy: uid },
      { group: gid },
      { modeHas: 0o020, modeLacks: 0o004 },
      { types: ['directory', 'file'] },
    ];
    writeFileSync(path, '');
    for (const mode of ['0600', '0664', '2770', '0002']) {
      run('chmod', [mode, path]);
      for (const predicate of predicates) {
        const found = run('find', [path, ...findPredicate(predicate)]) !== '';
        expect(await matchesPredicate(statSync(path), path, predicate), `${mode} ${JSON.stringify(predicate)}`).toEqual(
          expect.objectContaining({ value: found }),
        );
      }
    }
  });

  it('asks the kernel what a user can write, and only of what matches otherwise', async () => {
    const path = join(freshPlace(), 'file');
    writeFileSync(path, '', { mode: 0o600 });
    const self = identityOf('self', process.geteuid?.() ?? 0, [process.getegid?.() ?? 0]);
    const ask = async (predicate: OwnershipPredicate): Promise<boolean> =>
      (await matchesPredicate(statSync(path), path, predicate))._unsafeUnwrap();
    expect(await ask({ writable: { by: self, is: true } })).toBe(true);
    expect(await ask({ writable: { by: self, is: false } })).toBe(false);
    expect(await ask({ notBy: self.user.uid, writable: { by: self, is: true } })).toBe(false);
  });
});
