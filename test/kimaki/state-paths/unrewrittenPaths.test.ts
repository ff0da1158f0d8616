// @module-tag sqlite3
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StatePath } from '../../../src/kimaki/state-paths/statePathPlan.js';
import { unrewrittenPaths } from '../../../src/kimaki/state-paths/unrewrittenPaths.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unrewritten-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const text = (name: string, after: string): StatePath => ({
  kind: 'text',
  file: join(dir, name),
  before: base64('old'),
  after: base64(after),
  mtime: '1.000000000',
});
const link = (name: string, after: string): StatePath => ({
  kind: 'link',
  file: join(dir, name),
  before: '/old',
  after,
});

it('names texts and links that do not hold their new path, also those that are gone', async () => {
  await writeFile(join(dir, 'done'), 'new');
  await writeFile(join(dir, 'old'), 'old');
  await symlink('/new', join(dir, 'link'));
  await symlink('/old', join(dir, 'old-link'));
  const paths = [
    text('done', 'new'),
    text('old', 'new'),
    text('gone', 'new'),
    link('link', '/new'),
    link('old-link', '/new'),
  ];
  expect((await unrewrittenPaths(paths))._unsafeUnwrap()).toEqual(
    ['old', 'gone', 'old-link'].map((one) => join(dir, one)),
  );
});

it('names values of a database by their place', async () => {
  const file = join(dir, 'k.db');
  execFileSync('sqlite3', [file, "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('/new'), ('/old');"]);
  const value = (rowid: number): StatePath => ({
    kind: 'database',
    file,
    table: 't',
    column: 'a',
    rowid,
    label: `row ${rowid}`,
    before: '/old',
    after: '/new',
  });
  expect((await unrewrittenPaths([value(1), value(2)]))._unsafeUnwrap()).toEqual([`${file}: t.a of row 2`]);
  const gone = { ...value(1), file: join(dir, 'none.db') };
  expect((await unrewrittenPaths([gone as StatePath]))._unsafeUnwrapErr().code).toBe('DATABASE_UNREADABLE');
});
