// @module-tag sqlite3
// @module-tag slow
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDatabase } from '../../../src/kimaki/database/checkDatabase.js';

/** Far more than any of these takes on a slow machine, and less than the limit of one question. */
const LIMIT_MS = 100_000;

let dir = '';
let database = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hostile-db-'));
  database = join(dir, 'x.db');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const sql = (input: string, file = database): string => execFileSync('sqlite3', [file], { input, encoding: 'utf8' });
const ownCopies = (): readonly string[] =>
  readdirSync('/var/tmp').filter((name) => name.startsWith(`wca-db-${process.pid}-`));

async function check(path = database): Promise<{ readonly state: string; readonly detail: string; rows: object }> {
  const started = performance.now();
  const answer = (await checkDatabase(path))._unsafeUnwrap();
  expect(performance.now() - started).toBeLessThan(LIMIT_MS);
  expect(answer.detail).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(ownCopies()).toEqual([]);
  return answer;
}

describe('a hostile database', () => {
  it('of 50 GB without content is not checked, and nothing of it is copied', async () => {
    sql('CREATE TABLE t (a);');
    truncateSync(database, 50 * 1024 ** 3);
    expect(await check()).toMatchObject({ state: 'not-checked' });
  });

  it('that is damaged at any place ends as one of three verdicts', async () => {
    sql(`CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX i ON t (b);
      WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000)
      INSERT INTO t SELECT x, hex(randomblob(20)) FROM n;`);
    const whole = readFileSync(database);
    let seed = 7;
    const next = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const seen = new Set<string>();
    for (let round = 0; round < 25; round += 1) {
      const bytes = Buffer.from(whole);
      for (let flips = 0; flips < 1 + (round % 9) * 20; flips += 1)
        bytes[next(round % 2 === 0 ? 4096 : bytes.length)] = next(256);
      writeFileSync(database, bytes);
      seen.add((await check()).state);
    }
    expect([...seen].every((state) => ['intact', 'damaged', 'not-checked'].includes(state))).toBe(true);
    expect(seen.size).toBeGreaterThan(1);
  });

  it('with 10,000 tables is counted or given up', async () => {
    const tables = Array.from({ length: 10_000 }, (_, at) => `CREATE TABLE t${at} (a);`);
    sql(`PRAGMA synchronous = OFF; BEGIN; ${tables.join('\n')} COMMIT;`);
    const { state, rows } = await check();
    expect(['intact', 'not-checked']).toContain(state);
    expect(Object.keys(rows).length).toBe(state === 'intact' ? 10_000 : 0);
  });

  it('whose names have quotes, line feeds and escapes is counted by them', async () => {
    const names = ['a"b', "a'b", 'a\nb', 'a\u001b[2Jb', 'a; DROP TABLE x', '__proto__', 'a]b`c', '\u202e'];
    sql(names.map((name) => `CREATE TABLE "${name.replaceAll('"', '""')}" (a);`).join('\n'));
    const { state, rows } = await check();
    expect(state).toBe('intact');
    expect(Object.keys(rows).sort()).toEqual([...names].sort());
  });

  it('whose log claims more pages than it has is read without them', async () => {
    sql('PRAGMA journal_mode=WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1);');
    const header = Buffer.alloc(32 + 24);
    header.writeUInt32BE(0x377f0682, 0);
    header.writeUInt32BE(3_007_000, 4);
    header.writeUInt32BE(4096, 8);
    header.writeUInt32BE(0xfffffff0, 32);
    header.writeUInt32BE(0xfffffff0, 36);
    writeFileSync(`${database}-wal`, header);
    expect(['intact', 'damaged', 'not-checked']).toContain((await check()).state);
  });

  it.each(['fifo', 'directory', 'link', 'device'])('in whose place stands a %s is not checked', async (kind) => {
    sql('CREATE TABLE t (a);', join(dir, 'real.db'));
    if (kind === 'fifo') execFileSync('mkfifo', [database]);
    if (kind === 'directory') await mkdir(database);
    if (kind === 'link') symlinkSync(join(dir, 'real.db'), database);
    if (kind === 'device') symlinkSync('/dev/zero', database);
    expect(await check()).toMatchObject({ state: 'not-checked', rows: {} });
  });

  it.each(['fifo', 'directory'])('whose log is a %s is not checked', async (kind) => {
    sql('CREATE TABLE t (a);');
    if (kind === 'fifo') execFileSync('mkfifo', [`${database}-wal`]);
    else await mkdir(`${database}-wal`);
    expect(await check()).toMatchObject({ state: 'not-checked', rows: {} });
  });

  it('with views, triggers and generated columns runs nothing of them', async () => {
    sql(`CREATE TABLE t (a, b AS (a + 1) VIRTUAL); INSERT INTO t VALUES (1);
      CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n;
      CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END;
      PRAGMA writable_schema = ON;
      INSERT INTO sqlite_master VALUES ('table', 'load', 'load', 0, 'CREATE VIRTUAL TABLE load USING load_extension_x(a)');`);
    const { state, rows } = await check();
    expect(['intact', 'not-checked', 'damaged']).toContain(state);
    if (state === 'intact') expect(rows).toEqual({ t: 1 });
  });

  it('whose schema nests 10,000 parentheses is answered', async () => {
    sql('CREATE TABLE t (a);');
    const deep = `CREATE TABLE t (a CHECK (${'('.repeat(10_000)}a${')'.repeat(10_000)}))`;
    sql(`PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = '${deep}';`);
    expect((await check()).state).not.toBe('intact');
  });
});
