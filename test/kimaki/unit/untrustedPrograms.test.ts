// @module-tag root
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { untrustedPrograms } from '../../../src/kimaki/unit/untrustedPrograms.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trust-'));
  await chmod(dir, 0o755);
  await mkdir(join(dir, 'opt'));
  await writeFile(join(dir, 'opt/x.sh'), '#!/bin/sh\n', { mode: 0o755 });
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function components(path = join(dir, 'opt/x.sh')): Promise<string[]> {
  const line = { file: 'f', line: 1, key: 'ExecStartPre', path, why: '+' as const };
  return (await untrustedPrograms([line]))._unsafeUnwrap().map(({ component }) => component);
}

it('trusts what only root can change', async () => {
  expect(await components()).toEqual([]);
  expect(await components('/bin/true')).toEqual([]);
  expect(await components('true')).toEqual([]);
});

it('finds the program, or the directory above it, that somebody else can change', async () => {
  await chmod(join(dir, 'opt/x.sh'), 0o775);
  expect(await components()).toEqual([join(dir, 'opt/x.sh')]);
  await chown(join(dir, 'opt'), 33, 0);
  expect(await components()).toEqual([join(dir, 'opt')]);
});

it('finds a program that is missing', async () => {
  expect(await components(join(dir, 'opt/absent'))).toEqual([join(dir, 'opt/absent')]);
});
