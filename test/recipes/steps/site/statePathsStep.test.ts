// @module-tag root
// @module-tag sqlite3
// @module-tag slow
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StepContext } from '../../../../src/recipes/engine/plan/step.js';
import { statePathsStep } from '../../../../src/recipes/steps/site/statePathsStep.js';
import { makeTree } from '../../../kimaki/support/tree.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'paths-'));
  await chmod(dir, 0o755);
  await chown(dir, 33, 33);
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

let records = '';
beforeEach(async () => {
  records = await mkdtemp(join(tmpdir(), 'records-'));
});
afterEach(async () => {
  await rm(records, { recursive: true });
});
const context: StepContext = {
  runDir: '/nonexistent',
  recordPath: (name) => join(records, name),
  progress: () => undefined,
  signal: new AbortController().signal,
  force: false,
};
const ARGS = () => ({ roots: [dir], oldHomes: ['/root'], moves: [{ from: '/root/.kimaki', to: '/home/a/.kimaki' }] });
const query = (sql: string): string =>
  execFileSync('sqlite3', [join(dir, 'k.db'), sql], { encoding: 'utf8', uid: 33, gid: 33 }).trim();

it('makes channels follow, is satisfied then, and takes it back with what came since', async () => {
  await makeTree(dir, { 'bin/kimaki': '#!/bin/sh\nexec /root/.kimaki/x\n' });
  query("CREATE TABLE channels (id TEXT, directory TEXT); INSERT INTO channels VALUES ('7', '/root/.kimaki/p')");
  const args = ARGS();
  const found = (await statePathsStep.check(args))._unsafeUnwrap();
  if (found.state !== 'needed') throw new Error('nothing was found');
  expect(found.note).toBe('1 rows: id=7; 1 files');
  (await statePathsStep.apply(args, found.before, context))._unsafeUnwrap();
  (await statePathsStep.verify(args, context))._unsafeUnwrap();
  expect((await statePathsStep.check(args))._unsafeUnwrap()).toEqual({ state: 'satisfied' });
  expect(query('SELECT directory FROM channels')).toBe('/home/a/.kimaki/p');
  query("INSERT INTO channels VALUES ('8', '/home/a/.kimaki/q')");
  expect((await statePathsStep.undo(args, found.before, context))._unsafeUnwrap()).toEqual({ notes: [] });
  expect(query('SELECT directory FROM channels ORDER BY id')).toBe('/root/.kimaki/p\n/home/a/.kimaki/q');
  expect((await statePathsStep.verify(args, context))._unsafeUnwrapErr()).toMatchObject({ code: 'PATHS_LEFT' });
  // Asked again it has nothing to say, and a run of nothing has nothing to undo.
  expect((await statePathsStep.undo(args, found.before, context))._unsafeUnwrap()).toEqual({ notes: [] });
  await rm(join(records, 'paths'));
  expect((await statePathsStep.undo(args, found.before, context))._unsafeUnwrap()).toEqual({ notes: [] });
});

it('verifies what it rewrote, and not what is written since', async () => {
  await makeTree(dir, { 'bin/kimaki': '#!/bin/sh\nexec /root/.kimaki/x\n' });
  (await statePathsStep.apply(ARGS(), { places: 1 }, context))._unsafeUnwrap();
  await makeTree(dir, { 'new.json': '"/root/.kimaki/late"' });
  (await statePathsStep.verify(ARGS(), context))._unsafeUnwrap();
  expect((await statePathsStep.check(ARGS()))._unsafeUnwrap()).toMatchObject({ state: 'needed' });
});

it('removes what a killed run left in the state and below /var/tmp, and nothing of a live one', async () => {
  const dead = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim();
  const copy = `/var/tmp/wca-db-${dead}-abcDEF`;
  const live = `/var/tmp/wca-db-${process.pid}-abcDEF`;
  await makeTree(dir, {
    [`a/.x.json.wca-${dead}-0123456789ab`]: 'x',
    [`a/.link.wca-${dead}-0123456789ab`]: { link: '/root' },
    [`a/.y.json.wca-${process.pid}-0123456789ab`]: 'x',
    'a/kept.json': 'x',
    [`a/.paths.wca-${dead}-0123456789ab/x`]: 'x',
  });
  await chmod(join(dir, `a/.paths.wca-${dead}-0123456789ab`), 0o700);
  await mkdir(copy);
  await mkdir(live);
  (await statePathsStep.tidy(ARGS()))._unsafeUnwrap();
  expect((await readdir(join(dir, 'a'))).sort()).toEqual([`.y.json.wca-${process.pid}-0123456789ab`, 'kept.json']);
  expect((await readdir('/var/tmp')).filter((name) => name.endsWith('-abcDEF'))).toEqual([
    `wca-db-${process.pid}-abcDEF`,
  ]);
  await rmdir(live);
});

it('finds paths in a large database too, and leaves no copy of it', async () => {
  query(
    "CREATE TABLE channels (id TEXT, directory TEXT); INSERT INTO channels VALUES ('7', '/root/.kimaki/p'); CREATE TABLE big AS SELECT zeroblob(34000000) AS b",
  );
  const copies = async (): Promise<readonly string[]> =>
    (await readdir('/var/tmp')).filter((name) => name.startsWith(`wca-db-${process.pid}-`));
  expect((await statePathsStep.check(ARGS()))._unsafeUnwrap()).toMatchObject({
    state: 'needed',
    before: { places: 1 },
  });
  expect(await copies()).toEqual([]);
  (await statePathsStep.apply(ARGS(), { places: 1 }, context))._unsafeUnwrap();
  (await statePathsStep.verify(ARGS(), context))._unsafeUnwrap();
  expect(query('SELECT directory FROM channels')).toBe('/home/a/.kimaki/p');
  expect((await statePathsStep.undo(ARGS(), { places: 1 }, context))._unsafeUnwrap()).toEqual({ notes: [] });
  expect(query('SELECT directory FROM channels')).toBe('/root/.kimaki/p');
  expect(await copies()).toEqual([]);
});
