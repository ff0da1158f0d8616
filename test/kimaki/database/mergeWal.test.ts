// @module-tag sqlite3
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mergeWal } from '../../../src/kimaki/database/mergeWal.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wal-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

interface Written {
  readonly database: Buffer;
  readonly wal: Buffer;
}

/** What a killed writer leaves: some transactions, perhaps a checkpoint between them, the last one open and spilled. */
async function written(pageSize: number, steps: readonly string[]): Promise<Written> {
  const path = join(dir, 'w.db');
  await rm(path, { force: true });
  await rm(`${path}-wal`, { force: true });
  await rm(`${path}-shm`, { force: true });
  const writer = spawn('sqlite3', ['-batch', path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const sql = [
    `PRAGMA page_size = ${pageSize}; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 5; PRAGMA auto_vacuum = INCREMENTAL;`,
    'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE INDEX i ON t (a);',
    ...steps,
    "SELECT 'end of it';",
  ];
  let said = '';
  writer.stdin.write(`${sql.join('\n')}\n`);
  for await (const chunk of writer.stdout) {
    said += String(chunk);
    if (said.includes('end of it')) break;
  }
  const set = { database: readFileSync(path), wal: readFileSync(`${path}-wal`) };
  const exited = once(writer, 'exit');
  writer.kill('SIGKILL');
  if (writer.exitCode === null && writer.signalCode === null) await exited;
  return set;
}

/** The database file after SQLite itself has merged the log into it. */
function checkpointed({ database, wal }: Written): Buffer {
  const path = join(dir, 'c.db');
  writeFileSync(path, database);
  writeFileSync(`${path}-wal`, wal);
  execFileSync('sqlite3', ['-batch', path, 'PRAGMA wal_checkpoint(TRUNCATE);']);
  const bytes = readFileSync(path);
  bytes.fill(1, 18, 20);
  return bytes;
}

/** The same log as a machine of the other byte order writes it. */
function otherOrder(wal: Buffer, pageSize: number): Buffer {
  const other = Buffer.from(wal);
  other.writeUInt32BE((wal.readUInt32BE(0) ^ 1) >>> 0, 0);
  const big = (other.readUInt32BE(0) & 1) === 1;
  let sums: [number, number] = [0, 0];
  const add = (bytes: Buffer): void => {
    const words = Array.from({ length: bytes.length / 4 }, (_, i) =>
      big ? bytes.readUInt32BE(i * 4) : bytes.readUInt32LE(i * 4),
    );
    for (let i = 0; i < words.length; i += 2) {
      const one = (sums[0] + (words[i] ?? 0) + sums[1]) >>> 0;
      sums = [one, (sums[1] + (words[i + 1] ?? 0) + one) >>> 0];
    }
  };
  const put = (at: number): void => {
    other.writeUInt32BE(sums[0], at);
    other.writeUInt32BE(sums[1], at + 4);
  };
  add(other.subarray(0, 24));
  put(24);
  for (let at = 32; at + 24 + pageSize <= other.length; at += 24 + pageSize) {
    add(other.subarray(at, at + 8));
    add(other.subarray(at + 24, at + 24 + pageSize));
    put(at + 16);
  }
  return other;
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .nat(60)
      .map(
        (n) =>
          `INSERT INTO t (a) WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < ${n}) SELECT hex(randomblob(n * 7)) FROM c;`,
      ),
  },
  fc.nat(20).map((n) => `DELETE FROM t WHERE id % 20 <= ${n}; PRAGMA incremental_vacuum;`),
  fc.nat(9).map((n) => `BEGIN; UPDATE t SET a = a || '${n}' WHERE id % 3 = 0; ROLLBACK;`),
  fc.constantFrom('PRAGMA wal_checkpoint(PASSIVE);', 'PRAGMA wal_checkpoint(RESTART);', 'VACUUM;'),
);
const damage = fc.oneof(
  { weight: 2, arbitrary: fc.constant((wal: Buffer): Buffer => wal) },
  fc.nat().map(
    (n) =>
      (wal: Buffer): Buffer =>
        wal.subarray(0, n % (wal.length + 1)),
  ),
  fc.nat().map((n) => (wal: Buffer): Buffer => {
    const flipped = Buffer.from(wal);
    if (wal.length > 0) flipped.writeUInt8(flipped.readUInt8(n % wal.length) ^ 0x10, n % wal.length);
    return flipped;
  }),
);

it('gives byte for byte what SQLite makes of a database and its log, cut off, damaged or left over', async () => {
  let logs = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(512, 1024, 4096, 65_536),
      fc.array(step, { maxLength: 6 }),
      fc.boolean(),
      fc.boolean(),
      damage,
      async (pageSize, steps, isOpen, isOther, spoil) => {
        const last = isOpen
          ? [
              'BEGIN; INSERT INTO t (a) WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 90) SELECT hex(randomblob(400)) FROM c;',
            ]
          : [];
        const { database, wal } = await written(pageSize, [...steps, ...last]);
        const set = { database, wal: spoil(isOther ? otherOrder(wal, pageSize) : wal) };
        if (database.length === 0) return;
        const merged = mergeWal(set.database, set.wal);
        if (merged !== null && !merged.equals(set.database)) logs += 1;
        expect(merged?.equals(checkpointed(set))).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
  expect(logs).toBeGreaterThan(10);
}, 120_000);

it('takes no log for none, and gives nothing for what is no database or whose log is another’s', async () => {
  const { database, wal } = await written(4096, ["INSERT INTO t (a) VALUES ('x');"]);
  expect(mergeWal(Buffer.alloc(0), wal)).toEqual(Buffer.alloc(0));
  expect(mergeWal(Buffer.from('no database'), null)).toBeNull();
  const other = await written(1024, ["INSERT INTO t (a) VALUES ('x');"]);
  expect(
    mergeWal(database.length === 0 ? other.database : database, database.length === 0 ? wal : other.wal),
  ).toBeNull();
});
