// @module-tag root
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lookupIdentity } from '../../../../src/posix/accounts/index.js';
import { packageWarnings } from '../../../../src/recipes/migrateOffRoot/observe/packageWarnings.js';
import { tempDir } from '../../tempDir.js';

/** What is said of a package with so many files that only root can read. */
async function warned(closed: number): Promise<readonly string[]> {
  const dir = tempDir();
  chmodSync(dir, 0o755);
  const root = join(dir, 'lib/node_modules/kimaki');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'package.json'), '{}');
  writeFileSync(join(root, 'bin.js'), '');
  for (let n = 0; n < closed; n += 1) writeFileSync(join(root, `m${n}.js`), '', { mode: 0o600 });
  symlinkSync(join(root, 'bin.js'), join(dir, 'kimaki'));
  return packageWarnings(join(dir, 'kimaki'), (await lookupIdentity('www-data'))._unsafeUnwrap());
}

test('a package that the account can read gives none', async () => {
  expect(await warned(0)).toEqual([]);
});

test.each([
  [1, /m0\.js cannot be read by www-data/],
  [3, /\.js and 2 more cannot be read/],
  [20, /\.js and at least 9 more cannot be read/],
])('a package with %i closed files gives one, with the command that opens it', async (closed, expected) => {
  const [warning, ...more] = await warned(closed);
  expect(more).toEqual([]);
  expect(warning).toMatch(expected);
  expect(warning).toMatch(/chmod -R go\+rX \/\S+\/lib\/node_modules\/kimaki$/);
});

test('a program that cannot be looked at is said to be unknown', async () => {
  const www = (await lookupIdentity('www-data'))._unsafeUnwrap();
  const said = await packageWarnings('/nonexistent/kimaki', www);
  expect(said.join()).toContain('whether www-data can read all of the package of /nonexistent/kimaki is not known');
});
