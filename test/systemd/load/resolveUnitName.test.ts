import { describe, expect, it } from 'vitest';
import { findAliases, findFragment, findNames } from '../../../src/systemd/load/resolveUnitName.js';
import type { UnitNames } from '../../../src/systemd/load/resolveUnitName.js';
import type { UnitIndex } from '../../../src/systemd/load/unitIndex.js';

const DIRECTORY = { path: '/etc/systemd/system', kind: 'own' } as const;

/** An index of files, and of aliases written `alias → name`. */
function index(...names: readonly string[]): UnitIndex {
  const entries = names.map((text) => {
    const [name = '', aliasOf = null] = text.split(' → ');
    const entry = { path: `${DIRECTORY.path}/${name}`, directory: DIRECTORY, aliasOf, isLink: aliasOf !== null };
    return [name, entry] as const;
  });
  return {
    root: '/',
    directories: [DIRECTORY],
    names: new Map(entries),
    passedOver: new Map(),
    dropInDirectories: new Set(),
    unfollowedDirectories: new Set(),
  };
}

const fragment = (of: UnitIndex, name: string): string | undefined => findFragment(of, name)?.path.split('/').at(-1);

function names(of: UnitIndex, name: string): UnitNames {
  const found = findFragment(of, name);
  return findNames(of, name, found, found === null ? [] : findAliases(of, name, found));
}

describe('findFragment', () => {
  it('follows aliases, to the template where an instance has no file', () => {
    const units = index(
      'a.service',
      'b.service → a.service',
      'c.service → b.service',
      't@.service',
      'u@.service → t@.service',
    );
    expect(fragment(units, 'a.service')).toBe('a.service');
    expect(fragment(units, 'c.service')).toBe('a.service');
    expect(fragment(units, 't@x.service')).toBe('t@.service');
    expect(fragment(units, 'u@x.service')).toBe('t@.service');
    expect(fragment(units, 'none.service')).toBeUndefined();
  });

  it('prefers the file of an instance to its template', () => {
    expect(fragment(index('t@.service', 't@x.service'), 't@x.service')).toBe('t@x.service');
  });

  it('finds none behind a loop or an alias of nothing', () => {
    const units = index('a.service → b.service', 'b.service → a.service', 'c.service → none.service');
    expect(fragment(units, 'a.service')).toBeUndefined();
    expect(fragment(units, 'c.service')).toBeUndefined();
  });
});

describe('findNames', () => {
  it('gives the name of the file first, then every alias, sorted', () => {
    const units = index('a.service', 'z.service → a.service', 'b.service → z.service', 'other.service');
    expect(names(units, 'b.service')).toEqual({ id: 'a.service', aliases: ['b.service', 'z.service'], disputed: null });
  });

  it('gives a unit without a file its own name', () => {
    expect(names(index(), 'a.service')).toEqual({ id: 'a.service', aliases: [], disputed: null });
  });

  it('gives an instance the aliases of its template as instances', () => {
    const units = index('t@.service', 'u@.service → t@.service', 'plain.service');
    const found = names(units, 't@x.service');
    expect(found.id).toBe('t@x.service');
    expect(found.aliases).toContain('u@x.service');
  });

  it('says when a file of its own takes a name that the template would give', () => {
    const units = index('t@.service', 'u@.service → t@.service', 't@x.service');
    expect(names(units, 'u@x.service').disputed).toBe('t@x.service');
  });
});
