// needs root, sqlite3
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StepContext } from '../../../src/recipes/index.js';
import { statePathsStep } from '../../../src/recipes/steps/statePathsStep.js';
import { makeTree } from '../../kimaki/support/tree.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'paths-'));
  await chmod(dir, 0o755);
  await chown(dir, 33, 33);
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

const context: StepContext = {
  runDir: '/nonexistent',
  recordPath: (name) => `/nonexistent/${name}`,
  progress: () => undefined,
  signal: new AbortController().signal,
  force: false,
};
const query = (sql: string): string => execFileSync('sqlite3', [join(dir, 'k.db'), sql], { encoding: 'utf8', uid: 33, gid: 33 }).trim();

it('makes channels follow, is satisfied then, and takes it back with what came since', async () => {
  await makeTree(dir, { 'bin/kimaki': '#!/bin/sh\nexec /root/.kimaki/x\n' });
  query("CREATE TABLE channels (id TEXT, directory TEXT); INSERT INTO channels VALUES ('7', '/root/.kimaki/p')");
  const args = { roots: [dir], oldHomes: ['/root'], moves: [{ from: '/root/.kimaki', to: '/home/a/.kimaki' }] };
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
});
