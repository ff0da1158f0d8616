// @module-tag root
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import { wpCli } from '../../../src/wordpress/wpcli/wpCli.js';
import { publicPlace, wwwData } from '../support/fakes.js';
import type { PublicPlace } from '../support/fakes.js';

let place: PublicPlace;
beforeEach(async () => {
  place = await publicPlace();
});
afterEach(() => place.remove());

test('wp gets the site, its arguments untouched, and runs as the user in the site', async () => {
  const text = '#!/bin/sh\nid -un; pwd; printf "[%s]" "$@"; echo; echo "$HOME" >&2; exit 3\n';
  const binary = await place.script('wp', text);
  const ran = await wpCli({ path: place.path }, await wwwData(), ['eval', "echo '$HOME';", ''], { binary });
  expect(ran._unsafeUnwrap()).toMatchObject({
    exitCode: 3,
    stdout: `www-data\n${place.path}\n[--path=${place.path}][--no-color][--no-quiet][eval][echo '$HOME';][]\n`,
    stderr: '/var/www\n',
  });
});

test('nothing of the caller reaches it', async () => {
  process.env.WP_CLI_CONFIG_PATH = '/evil.yml';
  const binary = await place.script('wp', '#!/bin/sh\nenv\n');
  const ran = (await wpCli({ path: place.path }, await wwwData(), [], { binary }))._unsafeUnwrap();
  delete process.env.WP_CLI_CONFIG_PATH;
  const names = ran.stdout
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0] ?? '');
  expect(names.filter((name) => !['PWD', '_', 'SHLVL', 'OLDPWD'].includes(name)).sort()).toEqual([
    'HOME',
    'LC_ALL',
    'LOGNAME',
    'PATH',
    'SHELL',
    'USER',
  ]);
});

test('it is never run as root', async () => {
  const root = (await lookupIdentity('root'))._unsafeUnwrap();
  expect((await wpCli({ path: '/' }, root, []))._unsafeUnwrapErr().code).toBe('WP_AS_ROOT');
  const args = ['plugin', 'list', '--allow-root'];
  expect((await wpCli({ path: '/' }, await wwwData(), args))._unsafeUnwrapErr().code).toBe('WP_AS_ROOT');
});

test('a wp that is not there, whose interpreter is not, or that the user may not run, is missing', async () => {
  const site = { path: place.path };
  const identity = await wwwData();
  const gone = await wpCli(site, identity, [], { binary: join(place.path, 'none') });
  expect(gone._unsafeUnwrapErr().code).toBe('WP_MISSING');
  const broken = await place.script('broken', '#!/no/such/php\n');
  expect((await wpCli(site, identity, [], { binary: broken }))._unsafeUnwrapErr().code).toBe('WP_MISSING');
  const shut = await place.script('shut', '#!/bin/sh\n');
  await chmod(shut, 0o700);
  const refused = (await wpCli(site, identity, [], { binary: shut }))._unsafeUnwrapErr();
  expect(refused.code).toBe('WP_MISSING');
  expect(refused.message).toContain('may not be executed');
});
