// @module-tag sqlite3
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDatabase } from '../../../src/kimaki/database/checkDatabase.js';

let dir = '';
let database = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'check-'));
  database = join(dir, 'kimaki.db');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const sql = (statements: string, file = database): string =>
  execFileSync('sqlite3', [file, statements], { encoding: 'utf8' });

function state(): void {
  sql(`PRAGMA journal_mode=WAL;
    CREATE TABLE channels (id TEXT PRIMARY KEY, name TEXT, directory TEXT);
    INSERT INTO channels VALUES ('1', 'a', '/a'), ('2', 'b', '/b'), ('3', 'c', '/c'), ('4', 'd', '/d');
    CREATE TABLE messages (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO messages VALUES (1, 'x'), (2, 'y'), (3, 'z');
    CREATE TABLE kv (k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID; INSERT INTO kv VALUES ('a', 'b');
    CREATE VIRTUAL TABLE search USING fts5(body); INSERT INTO search VALUES ('x');`);
}

describe('a database', () => {
  it('is counted with what only its log holds, while a service writes to it', async () => {
    state();
    const holder = spawn('sqlite3', [database], { stdio: ['pipe', 'pipe', 'inherit'] });
    holder.stdin.write("INSERT INTO channels VALUES ('9', 'x', '/x');\nSELECT 'written';\n");
    await once(holder.stdout, 'data');
    expect((await checkDatabase(database))._unsafeUnwrap()).toMatchObject({
      state: 'intact',
      rows: { channels: 5, messages: 3, kv: 1 },
    });
    holder.stdin.end();
    await once(holder, 'exit');
  });

  it('that is damaged is told from one that cannot be looked into', async () => {
    state();
    const bytes = await readFile(database);
    bytes.fill(0x5a, 4096, 12_288);
    await writeFile(database, bytes);
    expect((await checkDatabase(database))._unsafeUnwrap()).toMatchObject({ state: 'damaged' });
    await writeFile(`${database}-journal`, Buffer.from('d9d505f920a163d7', 'hex'));
    expect((await checkDatabase(database))._unsafeUnwrap()).toMatchObject({ state: 'not-checked', rows: {} });
    await rm(`${database}-journal`);
    sql('CREATE TABLE t (a TEXT COLLATE nocase); CREATE INDEX i ON t (a);', join(dir, 'c.db'));
    sql(
      "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'nocase', 'icu_de');",
      join(dir, 'c.db'),
    );
    expect((await checkDatabase(join(dir, 'c.db')))._unsafeUnwrap()).toMatchObject({ state: 'not-checked' });
    expect((await checkDatabase(join(dir, 'absent.db')))._unsafeUnwrap()).toMatchObject({ state: 'not-checked' });
    await mkdir(join(dir, 'directory.db'));
    expect((await checkDatabase(join(dir, 'directory.db')))._unsafeUnwrap()).toMatchObject({ state: 'not-checked' });
  });
});
