import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { siteConfig } from '../../../src/wordpress/site/siteConfig.js';

let place = '';
let root = '';
beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'wca-config-')));
  root = join(place, 'site');
  await mkdir(root);
});
afterEach(() => rm(place, { recursive: true }));

const write = (path: string, text: string): Promise<void> => writeFile(join(place, path), text);

test('the file beside WordPress comes before the one above it', async () => {
  await write('wp-config.php', "<?php define( 'A', 'above' );");
  expect((await siteConfig(root))._unsafeUnwrap()).toMatchObject({ configPath: join(place, 'wp-config.php') });
  await write('site/wp-config.php', "<?php define( 'A', 'beside' );");
  expect((await siteConfig(root))._unsafeUnwrap()).toMatchObject({
    configPath: join(root, 'wp-config.php'),
    defines: [{ name: 'A', value: 'beside', line: 1 }],
    notes: [],
  });
});

test('the file above is not read where that directory is another WordPress', async () => {
  await write('wp-config.php', '<?php');
  await write('wp-settings.php', '<?php');
  expect((await siteConfig(root))._unsafeUnwrap()).toMatchObject({
    configPath: null,
    notes: ['there is no wp-config.php; assumed the default directories'],
  });
});

test('a link and a file that is not PHP are noted', async () => {
  await write('shared.php', '<?php if (');
  await symlink(join(place, 'shared.php'), join(root, 'wp-config.php'));
  const { defines, notes } = (await siteConfig(root))._unsafeUnwrap();
  expect(defines).toEqual([]);
  expect(notes).toHaveLength(2);
  expect(notes[0]).toBe(`${root}/wp-config.php is a symbolic link to ${place}/shared.php`);
  expect(notes[1]).toContain('assumed the default directories');
});

test('includes are followed, and one that includes itself comes to an end', async () => {
  await write('site/wp-config.php', "<?php require __DIR__ . '/part.php'; require 'gone.php';");
  await write('site/part.php', "<?php define( 'B', 1 ); require __DIR__ . '/wp-config.php';");
  const { defines } = (await siteConfig(root))._unsafeUnwrap();
  expect(defines.map(({ name, value }) => [name, value])).toEqual([['B', 1]]);
});
