import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readEnvironmentFiles } from '../../../src/kimaki/instance/readEnvironmentFiles.js';
import { serviceOf } from '../../systemd/support/effectiveOf.js';
import { makeTree } from '../support/tree.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'environment-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function read(...lines: readonly string[]): Promise<unknown> {
  return (await readEnvironmentFiles(serviceOf(lines.join('\n'))))._unsafeUnwrap();
}

it('gives the variables of each file, in order, and nothing for one that is missing', async () => {
  await makeTree(root, { b: 'HOME=/b\n', a: 'HOME="/a"\nX=1\n' });
  expect(await read(`EnvironmentFile=${root}/b`, `EnvironmentFile=-${root}/none`, `EnvironmentFile=${root}/a`)).toEqual(
    [{ HOME: '/b' }, { HOME: '/a', X: '1' }],
  );
});

it('follows wildcards in names as glob does', async () => {
  await makeTree(root, { 'b.env': 'N=b\n', 'a.env': 'N=a\n', '.c.env': 'N=c\n', aXenv: 'N=x\n', 'd+.env': 'N=d\n' });
  expect(await read(`EnvironmentFile=${root}/*.env`)).toEqual([{ N: 'a' }, { N: 'b' }, { N: 'd' }]);
  expect(await read(`EnvironmentFile=${root}/[!a].env`)).toEqual([{ N: 'b' }]);
  expect(await read(`EnvironmentFile=${root}/d+.?nv`)).toEqual([{ N: 'd' }]);
  expect(await read(`EnvironmentFile=${root}/[z-a].env`)).toEqual([]);
});

it('forgets the files before an empty assignment', async () => {
  await makeTree(root, { a: 'A=1\n', b: 'B=1\n' });
  expect(await read(`EnvironmentFile=${root}/a`, 'EnvironmentFile=', `EnvironmentFile=${root}/b`)).toEqual([
    { B: '1' },
  ]);
});
