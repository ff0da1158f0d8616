// @module-tag root
// @module-tag php-cli
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listBlocks } from '../../../src/wordpress/blocks/listBlocks.js';
import { removeBlockInFile } from '../../../src/wordpress/blocks/removeBlockInFile.js';
import { CHANNELS } from '../support/files.js';

let place = '';
let file = '';
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'wca-block-'));
  file = join(place, 'channels.php');
  await writeFile(file, CHANNELS);
});
afterEach(() => rm(place, { recursive: true }));

test('the block is gone from the file and the mode is 0644', async () => {
  await chmod(file, 0o600);
  expect((await removeBlockInFile(file, 'bridge:kimaki'))._unsafeUnwrap()).toMatchObject({ changed: true });
  expect(
    listBlocks(await readFile(file))
      ._unsafeUnwrap()
      .map(({ name }) => name),
  ).toEqual(['cc-connect']);
  expect((await stat(file)).mode & 0o7777).toBe(0o644);
});

test('removing what is not there changes no byte', async () => {
  expect((await removeBlockInFile(file, 'bridge:telegram'))._unsafeUnwrap()).toMatchObject({ changed: false });
  expect(await readFile(file)).toEqual(CHANNELS);
});

test('a missing file is an error', async () => {
  const missing = await removeBlockInFile(join(place, 'x'), 'bridge:kimaki');
  expect(missing._unsafeUnwrapErr()).toMatchObject({ code: 'NOT_FOUND' });
});
