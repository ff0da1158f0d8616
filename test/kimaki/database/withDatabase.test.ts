// @module-tag sqlite3
// @module-tag slow
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseError } from '../../../src/kimaki/database/databaseError.js';
import type { Aborted } from '../../../src/posix/paths/index.js';
import type { DatabaseRow } from '../../../src/kimaki/database/queryThread.js';
import { withDatabase } from '../../../src/kimaki/database/withDatabase.js';
import type { Result } from 'neverthrow';

let dir = '';
let database = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'database-'));
  database = join(dir, 'k.db');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const sql = (statements: string): string => execFileSync('sqlite3', [database, statements], { encoding: 'utf8' });
const ask = (statement: string, limitMs?: number): Promise<Result<readonly DatabaseRow[], DatabaseError | Aborted>> =>
  withDatabase(database, (asked) => asked([statement]), limitMs === undefined ? {} : { timeLimitMs: limitMs });
/** Of this process. */
const copies = async (): Promise<readonly string[]> =>
  (await readdir('/var/tmp')).filter((name) => name.startsWith(`wca-db-${process.pid}-`));
const everything = async (): Promise<unknown> =>
  Promise.all(
    (await readdir(dir)).sort().map(async (name) => {
      const { mtimeMs, uid, gid, mode } = await stat(join(dir, name));
      return [name, mtimeMs, uid, gid, mode, await readFile(join(dir, name), 'base64')];
    }),
  );

/** Leaves committed rows in the log alone, and an open transaction after them. */
async function killedWriter(): Promise<void> {
  const writer = spawn('sqlite3', ['-batch', database], { stdio: ['pipe', 'pipe', 'inherit'] });
  writer.stdin.write(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 5;
    CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('one'), ('two');
    BEGIN; INSERT INTO t WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 90) SELECT hex(randomblob(400)) FROM c;
    SELECT 'written';\n`);
  for await (const chunk of writer.stdout) if (String(chunk).includes('written')) break;
  const exited = once(writer, 'exit');
  writer.kill('SIGKILL');
  if (writer.exitCode === null && writer.signalCode === null) await exited;
}

describe('a database', () => {
  it('is read with what is committed in its log alone, without what is not, and stays byte for byte as it was', async () => {
    await killedWriter();
    const before = await everything();
    expect((await ask('SELECT a FROM t'))._unsafeUnwrap()).toEqual([{ a: 'one' }, { a: 'two' }]);
    expect((await ask('PRAGMA integrity_check'))._unsafeUnwrap()).toEqual([{ integrity_check: 'ok' }]);
    expect(await everything()).toEqual(before);
    expect(await copies()).toEqual([]);
  });

  it('whose log was cut off is read up to its last whole transaction', async () => {
    await killedWriter();
    const log = await readFile(`${database}-wal`);
    await writeFile(`${database}-wal`, log.subarray(0, log.length - 100));
    expect((await ask('SELECT count(*) AS n FROM t'))._unsafeUnwrap()).toEqual([{ n: 2 }]);
  });

  it('is copied where no other account can look, and the copy is removed when the reader fails', async () => {
    sql('CREATE TABLE t (a TEXT)');
    await expect(
      withDatabase(database, async () => {
        const [copy = ''] = await copies();
        expect((await stat(`/var/tmp/${copy}`)).mode & 0o777).toBe(0o700);
        throw new Error('the reader fails');
      }),
    ).rejects.toThrow('the reader fails');
    expect(await copies()).toEqual([]);
  });

  it('is read after the copy of a killed process was removed', async () => {
    const dead = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim();
    const left = `/var/tmp/wca-db-${dead}-killed`;
    await mkdir(left, { mode: 0o700 });
    await writeFile(join(left, 'copy.db'), 'x');
    sql('CREATE TABLE t (a TEXT)');
    (await ask('SELECT 1 AS n'))._unsafeUnwrap();
    await expect(stat(left)).rejects.toThrow('ENOENT');
  });

  it('that is busy, empty, damaged, in UTF-16 or no database is told apart', async () => {
    const code = async (): Promise<string> => (await ask('SELECT * FROM t'))._unsafeUnwrapErr().code;
    expect(await code()).toBe('DATABASE_UNREADABLE');
    await writeFile(database, '');
    expect(await code()).toBe('DATABASE_UNREADABLE');
    await writeFile(database, 'x'.repeat(5000));
    expect(await code()).toBe('DATABASE_DAMAGED');
    await rm(database);
    sql("PRAGMA encoding = 'UTF-16'; CREATE TABLE t (a TEXT)");
    expect((await ask('SELECT 1'))._unsafeUnwrapErr().message).toContain('UTF-16');
    await rm(database);
    sql('CREATE TABLE t (a TEXT); INSERT INTO t SELECT zeroblob(9000)');
    const bytes = await readFile(database);
    await writeFile(database, bytes.fill(0x5a, 110, 4096));
    expect(await code()).toBe('DATABASE_DAMAGED');
  });

  // A journal may name a super-journal, which SQLite deletes when it takes the journal back.
  it('with a rollback journal that has to be taken back is not opened, whatever file the journal names', async () => {
    sql('CREATE TABLE t (a TEXT)');
    await copyFile(database, `${database}-journal`);
    expect((await ask('SELECT * FROM t'))._unsafeUnwrapErr().code).toBe('DATABASE_BUSY');
    await writeFile(`${database}-journal`, Buffer.alloc(512));
    expect((await ask('SELECT * FROM t'))._unsafeUnwrap()).toEqual([]);
  });

  it('that would take for ever or all memory is given up', async () => {
    sql('CREATE TABLE t (a TEXT)');
    const endless = 'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c';
    expect((await ask(endless, 300))._unsafeUnwrapErr()).toMatchObject({
      code: 'DATABASE_UNREADABLE',
      message: `${database} was not read: SQLite did not answer within 0.3 s`,
    });
    for (const large of [
      'SELECT length(randomblob(800000000)) AS n',
      'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n, hex(zeroblob(100000)) AS h FROM c',
    ])
      expect((await ask(large))._unsafeUnwrapErr().code).toBe('DATABASE_UNREADABLE');
    expect(await copies()).toEqual([]);
  });

  it('is given up at once when its signal is aborted', async () => {
    sql('CREATE TABLE t (a TEXT)');
    const stop = new AbortController();
    const endless = 'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c';
    const asked = withDatabase(database, (put) => put([endless]), { signal: stop.signal });
    setTimeout(() => {
      stop.abort();
    }, 200);
    expect((await asked)._unsafeUnwrapErr().code).toBe('ABORTED');
    const { signal } = stop;
    expect((await withDatabase(database, (put) => put(['SELECT 1']), { signal }))._unsafeUnwrapErr().code).toBe(
      'ABORTED',
    );
    expect(await copies()).toEqual([]);
  });

  it('gives the rows of all statements, in order', async () => {
    sql("CREATE TABLE t (a, b); INSERT INTO t VALUES (9007199254740993, x'00ff'), (NULL, 1.5)");
    const rows = await withDatabase(database, async (asked) => {
      const first = await asked(['SELECT a, b FROM t', 'SELECT 7 AS n']);
      const second = await asked([]);
      return ok([first._unsafeUnwrap(), second._unsafeUnwrap()]);
    });
    expect(rows._unsafeUnwrap()).toEqual([
      [{ a: 9007199254740993n, b: new Uint8Array([0, 255]) }, { a: null, b: 1.5 }, { n: 7 }],
      [],
    ]);
  });
});
