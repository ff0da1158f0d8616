// @module-tag root
// @module-tag php-cli
// @module-tag strace
// @module-tag slow
import {
  chmod,
  chown,
  link,
  lstat,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyManagedFile } from '../../../src/wordpress/blocks/emptyManagedFile.js';
import { listBlocks } from '../../../src/wordpress/blocks/listBlocks.js';
import { putBlockInFile, removeBlockInFile } from '../../../src/wordpress/blocks/putBlockInFile.js';
import { runModule } from '../../posix/support/runModule.js';
import { CHANNELS, KIMAKI_BODY } from '../support/files.js';
import { killEdits } from '../support/killedEdits.js';

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
  for (const [mode, healed] of [
    [0o600, 0o644],
    [0o664, 0o664],
    [0o777, 0o664],
  ] as const) {
    await chmod(file, mode);
    const again = await putBlockInFile(file, 'bridge:kimaki', KIMAKI_BODY);
    expect(again._unsafeUnwrap()).toEqual({ changed: false, created: false, modeHealed: mode !== healed });
    expect(await state()).toEqual(Object.assign({}, before, { mode: healed }));
  }
});

test('the mode of a file with a second name is not touched, for it is the mode of that one too', async () => {
  await chmod(file, 0o600);
  await link(file, join(place, 'snapshot'));
  const before = await state();
  const refused = (await putBlockInFile(file, 'bridge:kimaki', KIMAKI_BODY))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'HARD_LINKED', path: file, names: 2 });
  expect(await state()).toEqual(before);
  // Other bytes make a file of its own, and the other name keeps what it had.
  expect(await putBlockInFile(file, 'bridge:kimaki', BODY)).toBeOk();
  expect(await readFile(join(place, 'snapshot'))).toEqual(CHANNELS);
  expect((await lstat(join(place, 'snapshot'))).mode & 0o7777).toBe(0o600);
});

test.each([
  ['a comment', '<?php\n/*\n    // BEGIN bridges\n    // END bridges\n*/\n', 3],
  ['a string', "<?php\n$x = '\n    // BEGIN bridges\n    // END bridges\n';\n", 3],
  ['a heredoc', '<?php $x = <<<X\n    // BEGIN bridges\n    // END bridges\n    X;\n', 2],
  ['the text after PHP', '<?php ?>\n    // BEGIN bridges\n    // END bridges\n', 2],
  ['what follows a halt', '<?php\n__halt_compiler();\n    // BEGIN bridges\n    // END bridges\n', 3],
])('a region that stands in %s is refused with its line', async (_, text, line) => {
  await writeFile(file, text);
  const refused = (await putBlockInFile(file, 'bridge:kimaki', BODY))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'FENCE_DAMAGED', problem: 'not-code', line, path: file });
  expect(refused.message).toContain(`${file}: line ${line}`);
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('who is not root may make a file, and write one of its own, but not take over that of another user', async () => {
  const nobody = 65534;
  await chmod(place, 0o777);
  const put = (name: string): Promise<string> =>
    runModule(
      `import { putBlockInFile } from ${JSON.stringify(join(import.meta.dirname, '../../../src/wordpress/blocks/putBlockInFile.ts'))};
       const done = await putBlockInFile(${JSON.stringify(place)} + '/${name}', 'bridge:kimaki', ${JSON.stringify(BODY)}, { create: true });
       console.log(done.match((change) => change.changed, (error) => error.errno ?? error.code));`,
      join(place, 'work'),
      nobody,
    );
  const before = await state();
  expect(await put('channels.php')).toBe('EPERM\n');
  expect(await state()).toEqual(before);
  expect(await put('own.php')).toBe('true\n');
  expect((await lstat(join(place, 'own.php'))).uid).toBe(nobody);
  expect((await readdir(place)).sort()).toEqual(['channels.php', 'own.php', 'work']);
});

test('a missing file is refused, or created for the owner of its directory when asked', async () => {
  await rm(file);
  const missing = await putBlockInFile(file, 'bridge:kimaki', BODY);
  expect(missing._unsafeUnwrapErr()).toMatchObject({ code: 'NOT_FOUND' });
  const nowhere = await putBlockInFile(join(place, 'none/channels.php'), 'bridge:kimaki', BODY, { create: true });
  expect(nowhere._unsafeUnwrapErr()).toMatchObject({ code: 'NOT_FOUND', path: join(place, 'none') });
  await chown(place, OWNER.uid, OWNER.gid);
  const put = await putBlockInFile(file, 'bridge:kimaki', BODY, { create: true });
  expect(put._unsafeUnwrap()).toEqual({ changed: true, created: true, modeHealed: false });
  expect(await state()).toMatchObject({ ...OWNER, mode: 0o644 });
  expect(
    listBlocks(await readFile(file))
      ._unsafeUnwrap()
      .map(({ label }) => label),
  ).toEqual(['bridge:kimaki']);
});

test('a runtime is created in a runtimes file', async () => {
  await rm(file);
  const body = "    $signatures['opencode'] = [];\n";
  const put = await putBlockInFile(file, 'runtime:opencode', body, { create: true });
  expect(put).toBeOk();
  expect((await readFile(file)).toString().startsWith(emptyManagedFile('runtime').toString().slice(0, 40))).toBe(true);
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
  const refused = (await putBlockInFile(file, 'bridge:kimaki', BODY))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'PHP_SYNTAX', path: file });
  expect(refused.message.startsWith(`${file}, line `)).toBe(true);
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

test('an edit killed at any of its last calls leaves the old bytes or the new ones, and nothing beside them for long', async () => {
  const seen = await killEdits(place, ['fchmod', 'fsync', 'rename', 'link', 'unlink'], 1);
  expect(seen).toMatchObject({ torn: [], left: [] });
  // fchmod, two of fsync and rename where a file was, twice; and where none was link and unlink instead of rename.
  expect(seen.kills).toBeGreaterThanOrEqual(13);
});

test('the block is removed from the file and the mode is 0644', async () => {
  await chmod(file, 0o600);
  expect((await removeBlockInFile(file, 'bridge:kimaki'))._unsafeUnwrap()).toMatchObject({ changed: true });
  const left = listBlocks(await readFile(file))._unsafeUnwrap();
  expect(left.map(({ name }) => name)).toEqual(['cc-connect']);
  expect((await lstat(file)).mode & 0o7777).toBe(0o644);
});

test('removing a block that the file does not have changes no byte', async () => {
  expect((await removeBlockInFile(file, 'bridge:telegram'))._unsafeUnwrap()).toMatchObject({ changed: false });
  expect(await readFile(file)).toEqual(CHANNELS);
});

test('removing from a missing file is an error', async () => {
  const missing = await removeBlockInFile(join(place, 'x'), 'bridge:kimaki');
  expect(missing._unsafeUnwrapErr()).toMatchObject({ code: 'NOT_FOUND' });
});

test('an aborted signal stops both before the write', async () => {
  const before = await state();
  const signal = AbortSignal.abort();
  expect((await putBlockInFile(file, 'bridge:kimaki', BODY, { signal }))._unsafeUnwrapErr().code).toBe('ABORTED');
  expect((await removeBlockInFile(file, 'bridge:kimaki', { signal }))._unsafeUnwrapErr().code).toBe('ABORTED');
  expect(await state()).toEqual(before);
});
