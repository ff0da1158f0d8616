import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startQueryThread } from '../../../src/kimaki/database/queryThread.js';
import type { QueryThread } from '../../../src/kimaki/database/queryThread.js';

/** A thread on a file that is not there, so empty, or that holds this. */
function threadOn(content?: string, timeLimitMs = 60_000): QueryThread {
  const dir = mkdtempSync(join(tmpdir(), 'wca-query-'));
  const path = join(dir, 'copy.db');
  if (content !== undefined) writeFileSync(path, content);
  const thread = startQueryThread(path, timeLimitMs)._unsafeUnwrap();
  onTestFinished(async () => {
    await thread.stop();
    rmSync(dir, { recursive: true });
  });
  return thread;
}

it('gives the rows of all statements, in order, or what SQLite says, each time it is asked', async () => {
  const thread = threadOn('');
  expect(await thread.ask(["SELECT 1 AS a, 'x' AS b", "SELECT NULL AS c, x'00ff' AS d"])).toBeOk([
    { a: 1, b: 'x' },
    { c: null, d: new Uint8Array([0, 255]) },
  ]);
  expect(await thread.ask(['SELECT * FROM nowhere'])).toBeErr({
    reason: 'sqlite',
    message: expect.stringContaining('no such table: nowhere') as string,
  });
  // It writes nothing.
  expect(await thread.ask(['CREATE TABLE t (a)'])).toBeErr({ reason: 'sqlite' });
  expect(await thread.ask(['SELECT 2 AS a'])).toBeOk([{ a: 2 }]);
});

it('says so of what is no database', async () => {
  expect(await threadOn('x'.repeat(4096)).ask(['SELECT * FROM sqlite_schema'])).toBeErr({
    reason: 'sqlite',
    message: expect.stringContaining('not a database') as string,
  });
});

it('ends a statement that takes longer than its limit', async () => {
  const forever = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
  expect(await threadOn('', 50).ask([forever])).toBeErr({
    reason: 'limit',
    message: 'SQLite did not answer within 0.05 s',
  });
});

it('ends an answer that becomes too large', async () => {
  const large = 'SELECT zeroblob(40000000) AS z UNION ALL SELECT zeroblob(40000000)';
  expect(await threadOn('').ask([large])).toBeErr({
    reason: 'limit',
    message: expect.stringMatching(/^SQLite gave more than \d+ bytes$/) as string,
  });
});

it('answers a question that is cut off by its end, and every later one', async () => {
  const thread = threadOn('');
  const forever = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
  const asked = thread.ask([forever]);
  await thread.stop();
  const stopped = { reason: 'limit', message: 'SQLite was stopped' };
  expect(await asked).toBeErr(stopped);
  expect(await thread.ask(['SELECT 1'])).toBeErr(stopped);
});
