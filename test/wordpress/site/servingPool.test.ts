import { expect, test } from 'vitest';
import type { FpmPool } from '../../../src/wordpress/fpm/findFpmPools.js';
import { servingPool } from '../../../src/wordpress/site/servingPool.js';
import type { PoolQuery } from '../../../src/wordpress/site/servingPool.js';

function pool(version: string, name: string, user: string): FpmPool {
  const unit = `php${version}-fpm.service`;
  const poolFile = `/etc/php/${version}/fpm/pool.d/${name}.conf`;
  return { unit, version, poolFile, name, user, group: user, listen: `/run/${version}/${name}` };
}

const none: PoolQuery = {
  root: '/var/www/shop',
  contentOwner: null,
  liveSockets: new Set<string>(),
  backends: new Set<string>(),
};

test('the only pool serves the site, whoever owns its files', () => {
  const only = pool('8.2', 'www', 'www-data');
  expect(servingPool([only], { ...none, contentOwner: 'root' })).toEqual({ pool: only, note: null });
});

test('without a pool there is a note', () => {
  expect(servingPool([], none)).toEqual({ pool: null, note: 'the host has no php-fpm pool' });
});

const live = (...listen: string[]): Partial<PoolQuery> => ({ liveSockets: new Set(listen) });
const www = [pool('7.4', 'www', 'w'), pool('8.2', 'www', 'w')];
const ab = [pool('8.2', 'a', 'a'), pool('8.2', 'b', 'b')];
const sent = (...listen: string[]): Partial<PoolQuery> => ({ backends: new Set(listen) });
const cases: readonly (readonly [string, readonly FpmPool[], Partial<PoolQuery>, string])[] = [
  ['whose socket exists', www, live('/run/7.4/www'), '7.4 www'],
  ['whose user owns wp-content', ab, { contentOwner: 'a' }, '8.2 a'],
  ['with a live socket before the owner of wp-content', ab, { contentOwner: 'a', ...live('/run/8.2/b') }, '8.2 b'],
  ['nginx names among others', [...ab, pool('8.2', 'c', 'c')], sent('/run/8.2/a', '/run/8.2/b'), '8.2 b'],
  ['named after the site', [pool('8.2', 'shop', 'w'), pool('8.2', 'www', 'w')], {}, '8.2 shop'],
  ['named www', [pool('8.2', 'www', 'w'), pool('8.2', 'zzz', 'w')], {}, '8.2 www'],
  ['of the newest PHP', www, { contentOwner: 'w' }, '8.2 www'],
];

test('the pool nginx sends the site to serves it, whoever owns its files, and that is no guess', () => {
  const query = { ...none, contentOwner: 'b', ...live('/run/8.2/b'), ...sent('/run/8.2/a', '/run/none') };
  expect(servingPool(ab, query)).toEqual({ pool: ab[0], note: null });
});

test.each(cases)('of several pools the one %s is taken, and the note names the others', (_, pools, query, expected) => {
  const choice = servingPool(pools, { ...none, ...query });
  expect(`${choice.pool?.version ?? ''} ${choice.pool?.name ?? ''}`).toBe(expected);
  expect(choice.note).toContain('other pools: ');
});
