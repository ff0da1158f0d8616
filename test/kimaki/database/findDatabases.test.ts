import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findDatabases } from '../../../src/kimaki/database/findDatabases.js';
import { makeTree } from '../support/tree.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'databases-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

test('databases are found by name and first bytes, outside of packages and without following links', async () => {
  const header = 'SQLite format 3\0rest';
  await makeTree(dir, {
    'a.db': header,
    'sub/b.sqlite3': header,
    'sub/text.db': 'no database at all',
    'sub/other.bin': header,
    'node_modules/x/c.db': header,
    'link.db': { link: 'a.db' },
  });
  const found = (await findDatabases([dir, join(dir, 'absent'), join(dir, 'sub/other.bin')]))._unsafeUnwrap();
  expect({ ...found, paths: found.paths.map((path) => path.slice(dir.length + 1)).sort() }).toEqual({
    paths: ['a.db', 'sub/b.sqlite3', 'sub/other.bin'],
    complete: true,
  });
});
