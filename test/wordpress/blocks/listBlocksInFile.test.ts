import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { getBlockInFile, listBlocksInFile } from '../../../src/wordpress/blocks/listBlocksInFile.js';
import { CHANNELS, KIMAKI_BODY } from '../support/files.js';

let place = '';
let file = '';
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'wca-block-'));
  file = join(place, 'channels.php');
  await writeFile(file, CHANNELS);
});
afterEach(() => rm(place, { recursive: true }));

test('the blocks of a file are listed, and one is read', async () => {
  const blocks = (await listBlocksInFile(file))._unsafeUnwrap();
  expect(blocks.map(({ label }) => label)).toEqual(['bridge:kimaki', 'bridge:cc-connect']);
  expect((await getBlockInFile(file, 'bridge:kimaki'))._unsafeUnwrap().body.toString()).toBe(KIMAKI_BODY);
});

test('an error about the content names the file, in the message and as a field', async () => {
  await writeFile(file, Buffer.concat([CHANNELS, Buffer.from('    // END bridges\n')]));
  const damaged = (await listBlocksInFile(file))._unsafeUnwrapErr();
  expect(damaged).toMatchObject({ code: 'FENCE_DAMAGED', path: file });
  expect(damaged.message).toMatch(new RegExp(`^${file}: line \\d+: the fence`));
  await writeFile(file, '<?php');
  const none = (await getBlockInFile(file, 'bridge:kimaki'))._unsafeUnwrapErr();
  expect(none).toMatchObject({ code: 'REGION_MISSING', path: file });
  await writeFile(file, CHANNELS);
  expect((await getBlockInFile(file, 'bridge:x'))._unsafeUnwrapErr()).toMatchObject({
    code: 'BLOCK_NOT_FOUND',
    path: file,
  });
});

test('an error about the label does not', async () => {
  const refused = (await getBlockInFile(file, 'kimaki'))._unsafeUnwrapErr();
  expect(refused).not.toHaveProperty('path');
});

test('a missing file and a link are refused', async () => {
  expect((await listBlocksInFile(join(place, 'none')))._unsafeUnwrapErr().code).toBe('NOT_FOUND');
  await symlink(file, join(place, 'link'));
  expect((await listBlocksInFile(join(place, 'link')))._unsafeUnwrapErr().code).toBe('NOT_A_REGULAR_FILE');
});

test('an aborted signal stops it', async () => {
  expect((await listBlocksInFile(file, { signal: AbortSignal.abort() }))._unsafeUnwrapErr().code).toBe('ABORTED');
});
