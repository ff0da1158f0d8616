import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkPrivateDirectory, distrustOf, ownUid } from '../../../../src/recipes/engine/journal/trust.js';
import { tempDir } from '../../tempDir.js';

test.each([0o700, 0o600, 0o40700, 0o100400])('trusts mode %o of the own account', (mode) => {
  expect(distrustOf({ uid: ownUid(), mode })).toBeNull();
});

test.each([0o710, 0o701, 0o640, 0o604, 0o622])('distrusts mode %o, since others have access', (mode) => {
  expect(distrustOf({ uid: ownUid(), mode })).toContain('others have access');
});

test('distrusts what another account owns, whatever its mode', () => {
  expect(distrustOf({ uid: ownUid() + 1, mode: 0o600 })).toBe(
    `it belongs to uid ${ownUid() + 1}, expected ${ownUid()}`,
  );
});

test('a private directory is there or not', async () => {
  const dir = tempDir();
  expect(await checkPrivateDirectory(dir)).toBeOk(true);
  expect(await checkPrivateDirectory(join(dir, 'missing'))).toBeOk(false);
});

test('a directory that others may enter, a file and a link are not trusted', async () => {
  const dir = tempDir();
  const open = join(dir, 'open');
  mkdirSync(open);
  chmodSync(open, 0o755);
  writeFileSync(join(dir, 'file'), '', { mode: 0o600 });
  symlinkSync(dir, join(dir, 'link'));
  for (const name of ['open', 'file', 'link'])
    expect(await checkPrivateDirectory(join(dir, name))).toBeErr({ code: 'JOURNAL_UNTRUSTED', path: join(dir, name) });
});
