// @module-tag linux
import { mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findStatePaths } from '../../../src/kimaki/state-paths/findStatePaths.js';
import type { StatePathPlan } from '../../../src/kimaki/state-paths/statePathPlan.js';
import { makeTree } from '../support/tree.js';

const MOVES = [{ from: '/root/.kimaki', to: '/home/opencode/.kimaki' }];
let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wca-paths-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

async function planned(): Promise<StatePathPlan> {
  return (await findStatePaths({ roots: [dir], oldHomes: ['/root'], moves: MOVES }))._unsafeUnwrap();
}
const text = (base64: string): string => Buffer.from(base64, 'base64').toString();

describe('a path that moves', () => {
  it('follows in a script, and the file keeps its time', async () => {
    await makeTree(dir, { 'bin/kimaki': '#!/bin/sh\nexec /root/.kimaki/bin/real "$@"\n' });
    await utimes(join(dir, 'bin/kimaki'), 1_700_000_000, 1_700_000_000.5);
    const { paths, stuck } = await planned();
    expect(paths).toMatchObject([{ kind: 'text', file: join(dir, 'bin/kimaki'), mtime: '1700000000.500000000' }]);
    const [path] = paths;
    if (path?.kind !== 'text') throw new Error('no text');
    expect(text(path.after)).toBe('#!/bin/sh\nexec /home/opencode/.kimaki/bin/real "$@"\n');
    expect(text(path.before)).toContain('/root/.kimaki/bin/real');
    expect(stuck).toEqual([]);
  });

  it('follows in a whole string of JSON, and not in what is said there', async () => {
    await makeTree(dir, {
      'a.json': '{"directory": "/root/.kimaki/projects/a",\n"said": "look into /root/.kimaki/x"}\n',
    });
    const { paths, stuck } = await planned();
    const [path] = paths;
    if (path?.kind !== 'text') throw new Error('no text');
    expect(JSON.parse(text(path.after))).toEqual({
      directory: '/home/opencode/.kimaki/projects/a',
      said: 'look into /root/.kimaki/x',
    });
    expect(stuck).toHaveLength(1);
    expect(stuck[0]).toContain(`${join(dir, 'a.json')}:2: `);
  });

  it('follows as the target of a link', async () => {
    await makeTree(dir, { 'projects/a': { link: '/root/.kimaki/projects/b' } });
    expect((await planned()).paths).toEqual([
      {
        kind: 'link',
        file: join(dir, 'projects/a'),
        before: '/root/.kimaki/projects/b',
        after: '/home/opencode/.kimaki/projects/b',
      },
    ]);
  });
});

describe('what stays behind', () => {
  it('is a path below the old home that does not move, and what only mentions one', async () => {
    await makeTree(dir, {
      away: { link: '/root/work' },
      'notes.md': 'in /root/.kimaki/x I found\n',
      'bin/other': '#!/bin/sh\nexec /root/.bun/bin/bun\n',
    });
    const { paths, stuck } = await planned();
    expect(paths).toEqual([]);
    expect([...stuck].sort()).toEqual([
      `${join(dir, 'away')}: /root/work`,
      `${join(dir, 'bin/other')}:2: exec /root/.bun/bin/bun`,
      `${join(dir, 'notes.md')}:1: in /root/.kimaki/x I found`,
    ]);
  });

  it('is everything in a file whose bytes are not UTF-8, which could not be restored', async () => {
    await writeFile(join(dir, 'run.sh'), Buffer.from('#!/bin/sh\nexec /root/.kimaki/x\n# caf\xe9\n', 'latin1'));
    const { paths, stuck } = await planned();
    expect(paths).toEqual([]);
    expect(stuck).toEqual([`${join(dir, 'run.sh')}:2: exec /root/.kimaki/x`]);
  });

  it('is what has a name that is printed escaped, since that is no name to open', async () => {
    await symlink('/root/.kimaki/x', join(dir, 'a\nb'));
    const { paths, stuck } = await planned();
    expect(paths).toEqual([]);
    expect(stuck).toHaveLength(1);
    expect(stuck[0]).not.toContain('\n');
  });

  it('is nothing for a name that only begins like the old home', async () => {
    await makeTree(dir, { 'a.sh': 'exec /rootfs/x /root2\n', link: { link: '/rootless' } });
    expect(await planned()).toEqual({ paths: [], stuck: [], notSearched: [] });
  });
});

describe('what is not searched', () => {
  it('is named: a damaged database once, with its reason, and a file that is too large', async () => {
    await makeTree(dir, { 'discord.db': 'no database at all', 'discord.db-wal': 'x', 'big.txt': 'x'.repeat(2 ** 21) });
    const { paths, notSearched } = await planned();
    expect(paths).toEqual([]);
    expect(notSearched.filter((one) => one.includes('discord.db'))).toHaveLength(1);
    expect(notSearched.filter((one) => one.includes('big.txt'))).toHaveLength(1);
    expect(notSearched).toHaveLength(2);
  });
});

it('stops before it begins when its signal is aborted, and says that a root is not there by finding nothing', async () => {
  const request = { roots: [join(dir, 'nosuch')], oldHomes: ['/root'], moves: MOVES };
  expect(await findStatePaths(request, { signal: AbortSignal.abort() })).toBeErr({ code: 'ABORTED' });
  expect(await findStatePaths(request)).toBeOk({ paths: [], stuck: [], notSearched: [] });
});
