// @module-tag root
// @module-tag php-cli
import { renameSync, symlinkSync, watch } from 'node:fs';
import { chmod, lstat, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRegularFile } from '../../../src/posix/files/readRegularFile.js';
import { writeManagedFile } from '../../../src/wordpress/blocks/writeManagedFile.js';
import { CHANNELS } from '../support/files.js';

let place = '';
let file = '';
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'wca-block-'));
  file = join(place, 'channels.php');
  await writeFile(file, CHANNELS);
});
afterEach(() => rm(place, { recursive: true }));

test('the mode is only corrected while the file has the bytes that were read', async () => {
  await chmod(file, 0o600);
  const read = (await readRegularFile(file))._unsafeUnwrap();
  const others = Buffer.from('<?php // others');
  const healed = await writeManagedFile(file, { ...read, bytes: others }, others);
  expect(healed._unsafeUnwrapErr()).toMatchObject({ code: 'CHANGED_MEANWHILE', path: file });
  expect((await lstat(file)).mode & 0o7777).toBe(0o600);
});

test('PHP that does not compile is named after the file, not after the temporary one', async () => {
  const read = (await readRegularFile(file))._unsafeUnwrap();
  const refused = (await writeManagedFile(file, read, Buffer.from('<?php\n( ;\n')))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'PHP_SYNTAX', path: file, line: 2 });
  expect(refused.message).toContain(`${file}, line 2: Parse error`);
  expect(await readFile(file)).toEqual(CHANNELS);
});

test('PHP compiles what is written, and not what another account puts in the place of the temporary file', async () => {
  const decoy = join(place, 'decoy');
  await writeFile(decoy, '<?php ( ;');
  const read = (await readRegularFile(file))._unsafeUnwrap();
  const exchanged = new Set<string>();
  const watched = watch(place, (_event, name) => {
    if (name === null || !name.includes('.wca-') || exchanged.has(name)) return;
    exchanged.add(name);
    renameSync(join(place, name), join(place, 'taken'));
    symlinkSync(decoy, join(place, name));
  });
  const written = await writeManagedFile(file, read, Buffer.concat([CHANNELS, Buffer.from('\n')]));
  watched.close();
  expect(exchanged.size).toBe(1);
  expect(written).toBeErr({ code: 'CHANGED_MEANWHILE' });
});

test('the directory of a new file has to exist', async () => {
  const path = join(place, 'none', 'channels.php');
  const refused = (await writeManagedFile(path, null, CHANNELS))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ code: 'NOT_FOUND', path: join(place, 'none') });
});
