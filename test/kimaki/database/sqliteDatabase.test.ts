// @module-tag sqlite3
import { execFileSync } from 'node:child_process';
import { chown, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  databaseOwner,
  isDatabase,
  quotedName,
  quotedText,
  readDatabaseFiles,
} from '../../../src/kimaki/database/sqliteDatabase.js';

let dir = '';
let database = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sqlite-'));
  database = join(dir, 'k.db');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

describe('readDatabaseFiles', () => {
  it('reads the database with its log, and none where there is none', async () => {
    await writeFile(database, 'database');
    expect((await readDatabaseFiles(database))._unsafeUnwrap()).toEqual({
      database: Buffer.from('database'),
      wal: null,
      hasHotJournal: false,
    });
    await writeFile(`${database}-wal`, 'log');
    expect((await readDatabaseFiles(database))._unsafeUnwrap().wal).toEqual(Buffer.from('log'));
  });

  it('takes a journal for hot unless it begins with zeros', async () => {
    await writeFile(database, 'database');
    await writeFile(`${database}-journal`, Buffer.alloc(8));
    expect((await readDatabaseFiles(database))._unsafeUnwrap().hasHotJournal).toBe(false);
    await writeFile(`${database}-journal`, Buffer.from('d9d505f920a163d7', 'hex'));
    expect((await readDatabaseFiles(database))._unsafeUnwrap().hasHotJournal).toBe(true);
  });

  it('refuses what is missing, no regular file or too large', async () => {
    expect((await readDatabaseFiles(database))._unsafeUnwrapErr().code).toBe('DATABASE_UNREADABLE');
    expect((await readDatabaseFiles(dir))._unsafeUnwrapErr().code).toBe('DATABASE_UNREADABLE');
    await writeFile(database, '');
    await truncate(database, 256 * 1024 * 1024 + 1);
    expect((await readDatabaseFiles(database))._unsafeUnwrapErr().code).toBe('DATABASE_TOO_LARGE');
  });
});

describe('databaseOwner', () => {
  it.runIf(process.geteuid?.() === 0)(
    'is the one account that has all files, and root whoever has the log',
    async () => {
      await writeFile(database, '');
      await writeFile(`${database}-wal`, '');
      await chown(`${database}-wal`, 33, 33);
      expect((await databaseOwner(database))._unsafeUnwrap().user.uid).toBe(0);
      await chown(database, 33, 33);
      expect((await databaseOwner(database))._unsafeUnwrap().user.uid).toBe(33);
      await chown(`${database}-wal`, 1, 1);
      expect((await databaseOwner(database))._unsafeUnwrapErr()).toMatchObject({ code: 'DATABASE_OWNER' });
      await rm(`${database}-wal`);
      await chown(database, 3_999_999, 33);
      expect((await databaseOwner(database))._unsafeUnwrapErr()).toMatchObject({ code: 'DATABASE_OWNER' });
    },
  );

  it('is not known where there is no database', async () => {
    expect((await databaseOwner(database))._unsafeUnwrapErr().code).toBe('DATABASE_UNREADABLE');
  });
});

describe('isDatabase', () => {
  it('goes by the first bytes, and follows no link', async () => {
    execFileSync('sqlite3', [database, 'CREATE TABLE t (a);']);
    await writeFile(join(dir, 'text'), 'SQLite format 3');
    await symlink(database, join(dir, 'link'));
    const asked = [database, join(dir, 'text'), join(dir, 'link'), join(dir, 'none'), dir];
    expect(await Promise.all(asked.map((path) => isDatabase(path)))).toEqual([true, false, false, false, false]);
  });
});

describe('quotedName and quotedText', () => {
  it('are read back by SQLite as they were', () => {
    const odd = `it's "odd"; -- …`;
    const sql = `SELECT ${quotedName(odd)} = ${quotedText(odd)} FROM (SELECT ${quotedText(odd)} AS ${quotedName(odd)});`;
    expect(execFileSync('sqlite3', [':memory:', sql], { encoding: 'utf8' }).trim()).toBe('1');
  });
});
