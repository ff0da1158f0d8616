// needs root, php-cli
import { chmod, chown, lstat, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyRuntimesFile, listBlocks, putBlockInFile } from '../../src/wordpress/index.js';
import { CHANNELS, KIMAKI_BODY } from './support/files.js';

const OWNER = { uid: 4321, gid: 4322 };
const BODY = "    $channels['kimaki'] = [ 'command' => '/usr/bin/kimaki' ];\n";
let place = '';
let file = '';

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'wca-block-'));
  file = join(place, 'channels.php');
  await writeFile(file, CHANNELS);
  await chown(file, OWNER.uid, OWNER.gid);
  await chmod(file, 0o644);
});
afterEach(() => rm(place, { recursive: true }));

async function state(): Promise<unknown> {
  const { ino, mtimeMs, mode, uid, gid } = await lstat(file);
  return { ino, mtimeMs, mode: mode & 0o7777, uid, gid, bytes: (await readFile(file)).toString() };
}

test('the block is written, the rest stays, the owner stays, and the mode is 0644 under any umask', async () => {
  await chmod(file, 0o600);
  const before = process.umask(0o077);
  const put = await putBlockInFile(file, 'bridge:kimaki', BODY);
  process.umask(before);
  expect(put._unsafeUnwrap()).toEqual({ changed: true, created: false, modeHealed: false });
  expect(await state()).toMatchObject({
    ...OWNER,
    mode: 0o644,
    bytes: CHANNELS.toString().replace(KIMAKI_BODY, BODY),
  });
  expect(await readdir(place)).toEqual(['channels.php']);
});

test('what is already so keeps inode and time, and only its mode is healed', async () => {
  await utimes(file, 1, 1);
  const before = await state();
  const put = await putBlockInFile(file, 'bridge:kimaki', KIMAKI_BODY);
  expect(put._unsafeUnwrap()).toEqual({ changed: false, created: false, modeHealed: false });
  expect(await state()).toEqual(before);
  for (const mode of [0o600, 0o664, 0o777]) {
    await chmod(file, mode);
    const again = await putBlockInFile(file, 'bridge:kimaki', KIMAKI_BODY);
    expect(again._unsafeUnwrap()).toEqual({ changed: false, created: false, modeHealed: true });
    expect(await state()).toEqual(before);
  }
});

test('a missing file is refused, or created for the owner of its directory when asked', async () => {
  await rm(file);
  const missing = await putBlockInFile(file, 'bridge:kimaki', BODY);
  expect(missing._unsafeUnwrapErr()).toMatchObject({ code: 'NOT_FOUND' });
  await chown(place, OWNER.uid, OWNER.gid);
  const put = await putBlockInFile(file, 'bridge:kimaki', BODY, { create: true });
  expect(put._unsafeUnwrap()).toEqual({ changed: true, created: true, modeHealed: false });
  expect(await state()).toMatchObject({ ...OWNER, mode: 0o644 });
  expect(listBlocks(await readFile(file))._unsafeUnwrap().map(({ label }) => label)).toEqual(['bridge:kimaki']);
});

test('a runtime is created in a runtimes file', async () => {
  await rm(file);
  const body = "    $signatures['opencode'] = [];\n";
  const put = await putBlockInFile(file, 'runtime:opencode', body, { create: true });
  expect(put.isOk()).toBe(true);
  expect((await readFile(file)).toString().startsWith(emptyRuntimesFile().toString().slice(0, 40))).toBe(true);
});

test.each([
  ['a syntax error', '    $a = ;\n', { code: 'PHP_SYNTAX', path: 'body', line: 1 }],
  ['a comment that would swallow the next fence', '    $a = 1;\n/* never ends\n', { code: 'PHP_SYNTAX', line: 2 }],
  ['braces that leave the callback', '    } ); evil( function () {\n', { code: 'PHP_SYNTAX' }],
  ['a heredoc without an end', '    $a = <<<X\n', { code: 'PHP_SYNTAX' }],
  ['a fence', '    // END bridges\n', { code: 'BODY_REFUSED' }],
  ['an end of PHP', '    $a = 1; ?>\n', { code: 'BODY_REFUSED' }],
  ['an open tag', '<?php $a = 1;\n', { code: 'PHP_SYNTAX' }],
])('a body with %s leaves the file untouched', async (_, body, error) => {
  const before = await state();
  expect((await putBlockInFile(file, 'bridge:kimaki', body))._unsafeUnwrapErr()).toMatchObject(error);
  expect(await state()).toEqual(before);
  expect(await readdir(place)).toEqual(['channels.php']);
});

test('a file that is broken elsewhere is left as it is', async () => {
  await writeFile(file, Buffer.concat([CHANNELS, Buffer.from('broken(;\n')]));
  const before = await state();
  expect((await putBlockInFile(file, 'bridge:kimaki', BODY))._unsafeUnwrapErr()).toMatchObject({ code: 'PHP_SYNTAX' });
  expect(await state()).toEqual(before);
});

test('damaged fences, a bad label and things that are no file are refused and stay as they are', async () => {
  await writeFile(file, CHANNELS.toString().replace('    // END bridges', ''));
  const before = await state();
  const refused = async (path: string, label = 'bridge:kimaki'): Promise<string> =>
    (await putBlockInFile(path, label, BODY))._unsafeUnwrapErr().code;
  expect(await refused(file)).toBe('FENCE_DAMAGED');
  expect(await refused(file, '../x')).toBe('INVALID_LABEL');
  const link = join(place, 'link.php');
  await symlink('channels.php', link);
  expect(await refused(link)).toBe('NOT_A_REGULAR_FILE');
  expect(await refused(place)).toBe('NOT_A_REGULAR_FILE');
  expect(await state()).toEqual(before);
});
