import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFpmPools } from '../../../src/wordpress/fpm/findFpmPools.js';

let configDir = '';
beforeEach(async () => {
  configDir = await mkdtemp(join(tmpdir(), 'wca-php-'));
});
afterEach(() => rm(configDir, { recursive: true }));

async function write(path: string, text: string): Promise<string> {
  const file = join(configDir, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

test('every pool of every version is found, in order, with its unit', async () => {
  const old = await write('7.4/fpm/pool.d/www.conf', '[www]\nuser = www-data\nlisten = 127.0.0.1:9000\n');
  const www = await write(
    '8.2/fpm/pool.d/www.conf',
    `; comment
[www]
user = www-data
group = www-data
listen = /run/php/php8.2-fpm-$pool.sock
listen.owner = www-data
env[PATH] = /usr/bin
php_admin_value[memory_limit] = 32M
`,
  );
  await write('8.2/fpm/pool.d/.hidden.conf', '[hidden]\n');
  await write('8.2/fpm/pool.d/www.conf.dpkg-old', '[old]\n');
  await write('8.2/cli/php.ini', '[PHP]\n');
  await write('mods/fpm/pool.d/x.conf', '[x]\n');
  expect((await findFpmPools({ configDir }))._unsafeUnwrap()).toEqual([
    {
      unit: 'php7.4-fpm.service',
      version: '7.4',
      poolFile: old,
      name: 'www',
      user: 'www-data',
      group: null,
      listen: '127.0.0.1:9000',
    },
    {
      unit: 'php8.2-fpm.service',
      version: '8.2',
      poolFile: www,
      name: 'www',
      user: 'www-data',
      group: 'www-data',
      listen: '/run/php/php8.2-fpm-www.sock',
    },
  ]);
});

test('a pool named after its domain keeps its dots, and one file may hold several', async () => {
  const two = '[shop.example.org]\nuser=shop\nlisten=/run/a\n  [b.c]\nuser="b"\nlisten=/run/b\n';
  await write('8.10/fpm/pool.d/a.conf', two);
  await write('8.9/fpm/pool.d/a.conf', '[global]\nerror_log = x\n[z]\nuser=z\nlisten=/run/z\n');
  const pools = (await findFpmPools({ configDir }))._unsafeUnwrap();
  expect(pools.map(({ unit, name, user }) => [unit, name, user])).toEqual([
    ['php8.9-fpm.service', 'z', 'z'],
    ['php8.10-fpm.service', 'shop.example.org', 'shop'],
    ['php8.10-fpm.service', 'b.c', 'b'],
  ]);
});

test('a section that a later file repeats goes on with the pool, and what it says wins', async () => {
  const first = await write('8.2/fpm/pool.d/www.conf', '[www]\nuser = www-data\ngroup = g\nlisten = /run/a\n');
  await write('8.2/fpm/pool.d/zz-more.conf', '[www]\npm.max_children = 4\nuser = shop\n');
  await write('8.3/fpm/pool.d/www.conf', '[www]\nuser = other\nlisten = /run/b\n');
  const pools = (await findFpmPools({ configDir }))._unsafeUnwrap();
  expect(pools.map(({ version, poolFile, user, group, listen }) => [version, poolFile, user, group, listen])).toEqual([
    ['8.2', first, 'shop', 'g', '/run/a'],
    ['8.3', join(configDir, '8.3/fpm/pool.d/www.conf'), 'other', null, '/run/b'],
  ]);
});

test('no PHP on the host is an empty list', async () => {
  expect((await findFpmPools({ configDir: join(configDir, 'none') }))._unsafeUnwrap()).toEqual([]);
});

test('a pool php-fpm would refuse is named', async () => {
  const path = await write('8.2/fpm/pool.d/x.conf', '[x]\nlisten=/run/x\n');
  expect((await findFpmPools({ configDir }))._unsafeUnwrapErr()).toMatchObject({
    code: 'FPM_POOL_INVALID',
    path,
    pool: 'x',
    missing: 'user',
  });
});
