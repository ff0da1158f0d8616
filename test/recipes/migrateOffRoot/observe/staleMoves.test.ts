import { expect, test } from 'vitest';
import { staleMoves } from '../../../../src/recipes/migrateOffRoot/observe/staleMoves.js';

const HOME = '/home/opencode';

test('what lies in the home now was once at the same place of each old home', () => {
  const places = [`${HOME}/.kimaki`, `${HOME}/.local/share/opencode`];
  expect(staleMoves(places, HOME, ['/root'])).toEqual([
    { from: '/root/.kimaki', to: `${HOME}/.kimaki` },
    { from: '/root/.local/share/opencode', to: `${HOME}/.local/share/opencode` },
  ]);
});

test('a place outside the home was never in another one', () => {
  expect(staleMoves(['/srv/kimaki', `${HOME}-2/.kimaki`], HOME, ['/root'])).toEqual([]);
  expect(staleMoves([`${HOME}/.kimaki`], HOME, [HOME])).toEqual([]);
});
