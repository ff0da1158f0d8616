// @module-tag root
// @module-tag php-cli
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookupIdentity } from '../../../src/posix/accounts/lookupIdentity.js';
import { emptyManagedFile } from '../../../src/wordpress/blocks/emptyManagedFile.js';
import { fsChmodMuPlugin } from '../../../src/wordpress/site/fsChmodMuPlugin.js';
import { inspectManagedFiles } from '../../../src/wordpress/blocks/inspectManagedFiles.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wca-managed-'));
  await chmod(root, 0o755);
  await mkdir(join(root, 'mu'));
});
afterEach(() => rm(root, { recursive: true }));

const CHANNELS = 'wp-coding-agents-channels.php';
const SOUND = emptyManagedFile('bridge');

async function put(name: string, content: string | Buffer, mode = 0o644): Promise<void> {
  await writeFile(join(root, 'mu', name), content);
  await chmod(join(root, 'mu', name), mode);
}

/** The ids, the names of the files and the lines. */
async function faults(): Promise<unknown> {
  const nobody = (await lookupIdentity('nobody'))._unsafeUnwrap();
  const inspected = await inspectManagedFiles({ muPluginsDir: join(root, 'mu') }, nobody);
  const { notChecked, faults: found } = inspected._unsafeUnwrap();
  expect(notChecked).toEqual([]);
  return found.map(({ id, subject, line, severity }) => [id, subject.slice(root.length + 4), line, severity]);
}

test('sound files are nothing to speak of, and those of others are not looked at', async () => {
  await put(CHANNELS, SOUND);
  await put(fsChmodMuPlugin().name, fsChmodMuPlugin().content);
  await put('other.php', '<?php nonsense nonsense', 0o600);
  expect(await faults()).toEqual([]);
});

test('a file php-fpm cannot read is told from one that only has another mode', async () => {
  await put(CHANNELS, SOUND, 0o600);
  await put('wp-coding-agents-a.php', '<?php\n/* Plugin Name: A */', 0o666);
  await put('wp-coding-agents-b.php', '<?php\n/* Plugin Name: B: as the installer leaves it */', 0o664);
  expect(await faults()).toEqual([
    ['managed-mode', 'wp-coding-agents-a.php', null, 'risk'],
    ['managed-unreadable', CHANNELS, null, 'broken'],
  ]);
});

test('one that its reader owns is read by it, and is still not 0644', async () => {
  const nobody = (await lookupIdentity('nobody'))._unsafeUnwrap();
  await put(CHANNELS, SOUND, 0o600);
  await chown(join(root, 'mu', CHANNELS), nobody.user.uid, 0);
  expect(await faults()).toEqual([['managed-mode', CHANNELS, null, 'risk']]);
});

test('damaged fences and PHP that does not compile are named with their lines', async () => {
  await put(CHANNELS, '<?php /* Plugin Name: C */\n    // BEGIN bridge:x\n');
  await put('wp-coding-agents-a.php', '<?php /* Plugin Name: A */\n\nif (\n');
  expect(await faults()).toEqual([
    ['managed-syntax', 'wp-coding-agents-a.php', expect.any(Number), 'broken'],
    ['managed-fence-damaged', CHANNELS, expect.any(Number), 'risk'],
  ]);
});

test('a file that only has such a name is never to be opened, whatever its mode', async () => {
  const dump = 'INSERT INTO wp_users VALUES (1);\n';
  await put('wp-coding-agents-dump.php', dump, 0o600);
  await put('wp-coding-agents-open.php', dump, 0o666);
  const nobody = (await lookupIdentity('nobody'))._unsafeUnwrap();
  const inspected = await inspectManagedFiles({ muPluginsDir: join(root, 'mu') }, nobody);
  const { faults: found } = inspected._unsafeUnwrap();
  expect(found.map(({ id }) => id)).toEqual(['managed-not-a-plugin', 'managed-not-a-plugin']);
  expect(JSON.stringify(found.map(({ remedy }) => remedy))).not.toContain('chmod');
});

test('a link is not followed', async () => {
  await symlink('/etc/shadow', join(root, 'mu', CHANNELS));
  expect(await faults()).toEqual([['managed-not-a-file', CHANNELS, null, 'risk']]);
});

test('a site without mu-plugins has none', async () => {
  await rm(join(root, 'mu'), { recursive: true });
  expect(await faults()).toEqual([]);
});
