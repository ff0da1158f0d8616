// @module-tag root
// @module-tag sqlite3
import { chmod, chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookupIdentity } from '../../../src/posix/accounts/index.js';
import type { Identity } from '../../../src/posix/accounts/index.js';
import { runSqlite } from '../../../src/kimaki/database/runSqlite.js';

let dir = '';
let path = '';
let owner: Identity;
beforeEach(async () => {
  owner = (await lookupIdentity('www-data'))._unsafeUnwrap();
  dir = await mkdtemp(join(tmpdir(), 'wca-sqlite-'));
  path = join(dir, 'a.db');
  await chmod(dir, 0o755);
  await chown(dir, owner.user.uid, owner.user.gid);
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

describe('runSqlite', () => {
  it('writes as the owner, for nobody else to read, and gives the rows of all statements', async () => {
    const rows = await runSqlite(
      path,
      owner,
      "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, '],'); SELECT * FROM t; SELECT 3 AS c;",
    );
    expect(rows).toBeOk([{ a: 1, b: 'x' }, { a: 2, b: '],' }, { c: 3 }]);
    expect(await stat(path)).toMatchObject({ uid: owner.user.uid, mode: 0o100600 });
  });

  it('gives no rows for statements that have none', async () => {
    expect(await runSqlite(path, owner, 'CREATE TABLE t (a);')).toBeOk([]);
  });

  it('stops at the first statement that fails, and says what sqlite3 said', async () => {
    const failed = await runSqlite(path, owner, 'SELECT * FROM nowhere; CREATE TABLE t (a);');
    expect(failed).toBeErr({
      code: 'DATABASE_UNREADABLE',
      message: expect.stringMatching(/a\.db: sqlite3 ended with 1: .*no such table: nowhere/) as string,
    });
    expect(await runSqlite(path, owner, 'SELECT name FROM sqlite_schema;')).toBeOk([]);
  });

  it('reaches no other file and runs no program', async () => {
    for (const line of ['.shell true', `ATTACH '${join(dir, 'other.db')}' AS other;`])
      expect(await runSqlite(path, owner, `${line}\n`), line).toBeErr();
  });
});
