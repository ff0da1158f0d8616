import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { siteOwner } from '../../../src/wordpress/site/siteOwner.js';
import type { FpmPool } from '../../../src/wordpress/fpm/findFpmPools.js';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';

let place = '';
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'wca-owner-'));
});
afterEach(() => rm(place, { recursive: true }));

const pool = (more: Partial<FpmPool>): FpmPool => ({
  unit: 'php8.2-fpm.service',
  version: '8.2',
  poolFile: '/etc/php/8.2/fpm/pool.d/www.conf',
  name: 'www',
  user: 'www-data',
  group: null,
  listen: '/run/none.sock',
  ...more,
});
const owner = async (pools: readonly FpmPool[], uid = 0, gid = 0) =>
  siteOwner('/var/www/site', { uid, gid }, pools, join(place, 'nginx.conf'));

test('user and group are those of the pool; without a group, the primary group of the user', async () => {
  const { user, group } = (await lookupIdentity('www-data'))._unsafeUnwrap();
  const found = (await owner([pool({})]))._unsafeUnwrap();
  expect(found.owner).toEqual({ user: 'www-data', uid: user.uid, group: group.name, gid: group.gid });
  expect((await owner([pool({ group: 'root' })]))._unsafeUnwrap().owner).toMatchObject({ group: 'root', gid: 0 });
});

test('without a pool they are those of wp-content, with a note', async () => {
  const found = (await owner([]))._unsafeUnwrap();
  expect(found).toMatchObject({ fpm: null, owner: { user: 'root', uid: 0, group: 'root', gid: 0 } });
  expect(found.note).toContain('assumed that it runs as the owner of wp-content, root');
});

test('a pool whose socket exists comes before one whose socket does not', async () => {
  const listen = join(place, 'live.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(listen, resolve));
  const found = await owner([pool({ name: 'a', listen }), pool({ name: 'b' })]);
  server.close();
  expect(found._unsafeUnwrap().fpm?.name).toBe('a');
});

test('a user that the host does not have is an error', async () => {
  expect((await owner([pool({ user: 'no-such-user' })]))._unsafeUnwrapErr().code).toBe('USER_NOT_FOUND');
  expect((await owner([], 3_999_999_999))._unsafeUnwrapErr().code).toBe('USER_NOT_FOUND');
});
