// @module-tag sqlite3
// @module-tag slow
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databasePaths, grouped, missingValues } from '../../../src/kimaki/state-paths/databasePaths.js';

let dir = '';
let database = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'paths-'));
  database = join(dir, 'k.db');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const sql = (statements: string): string => execFileSync('sqlite3', [database, statements], { encoding: 'utf8' });

/** What is found, as `table.column label: value`. */
async function found(homes: readonly string[]): Promise<readonly string[]> {
  const paths = (await databasePaths(database, homes, undefined))._unsafeUnwrap();
  return paths.map(({ table, column, label, before }) => `${table}.${column} ${label}: ${before}`);
}

describe('databasePaths', () => {
  it('finds values that are as a whole a path at or below a home', async () => {
    sql(`CREATE TABLE t (name TEXT, dir TEXT);
      INSERT INTO t VALUES ('a', '/root'), ('b', '/root/x'), ('c', '/rootfs'), ('d', 'cd /root/x'), ('e', '/srv/root'),
        ('f', '/root/x' || char(10) || 'y'), ('g', x'2f726f6f74'), ('h', '/srv/y');`);
    expect(await found(['/root', '/srv/y'])).toEqual([
      't.dir name=a: /root',
      't.dir name=b: /root/x',
      't.dir name=h: /srv/y',
    ]);
    expect(await found([])).toEqual([]);
  });

  it('labels a row by the most telling columns, else by its number, and escapes what they hold', async () => {
    sql(`CREATE TABLE a (title TEXT, id TEXT, channel_id TEXT, d TEXT); INSERT INTO a VALUES ('t', 'i', 'c' || char(27), '/root');
      CREATE TABLE b (d TEXT); INSERT INTO b VALUES ('/x'), ('/root');`);
    expect(await found(['/root'])).toEqual(['a.d channel_id=c\\x1b, id=i: /root', 'b.d row 2: /root']);
  });

  it('passes over tables without row ids and virtual ones, and quotes odd names', async () => {
    sql(`CREATE TABLE w (k TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES ('/root');
      CREATE TABLE "odd ""t" ("odd ""c" TEXT); INSERT INTO "odd ""t" VALUES ('/root');`);
    expect(await found(['/root'])).toEqual(['odd "t.odd "c row 1: /root']);
  });

  it('says why a database is not read', async () => {
    const none = await databasePaths(join(dir, 'none.db'), ['/root'], undefined);
    expect(none._unsafeUnwrapErr().code).toBe('DATABASE_UNREADABLE');
    sql('CREATE TABLE t (a)');
    const stopped = await databasePaths(database, ['/root'], AbortSignal.abort());
    expect(stopped._unsafeUnwrapErr().code).toBe('ABORTED');
  });
});

describe('missingValues', () => {
  it('gives the index of each value that is not there', () => {
    sql(`CREATE TABLE "t ""x" (a TEXT); INSERT INTO "t ""x" VALUES ('it''s'), ('b');`);
    const place = { table: 't "x', column: 'a' };
    const statements = missingValues([
      { ...place, rowid: 1, to: "it's" },
      { ...place, rowid: 2, to: 'other' },
      { ...place, rowid: 3, to: 'b' },
    ]);
    expect(sql(statements.join(';')).trim().split('\n')).toEqual(['1', '2']);
  });
});

describe('grouped', () => {
  it('keeps the order of keys and of items', () => {
    expect([...grouped(['b1', 'a1', 'b2'], (item) => item[0])]).toEqual([
      ['b', ['b1', 'b2']],
      ['a', ['a1']],
    ]);
  });
});
