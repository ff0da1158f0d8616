import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stateInventory } from '../../../src/kimaki/state/stateInventory.js';
import type { StateInventoryRequest } from '../../../src/kimaki/state/stateInventory.js';
import type { StateInventory } from '../../../src/kimaki/state/decideState.js';
import { makeTree } from '../support/tree.js';
import type { Tree } from '../support/tree.js';

let dir = '';
let root = '';
let target = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'state-'));
  root = join(dir, 'root');
  target = join(dir, 'home/opencode');
  await makeTree(dir, { 'root/.kimaki/discord.db': 'db', 'root/.kimaki/discord.db-wal': 'wal', 'home/opencode': null });
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function inventory(changes: Partial<StateInventoryRequest> = {}): Promise<StateInventory> {
  const request = {
    home: root,
    accountHome: root,
    dataDir: join(root, '.kimaki'),
    targetHome: target,
    posture: 'managed' as const,
  };
  return (await stateInventory({ ...request, ...changes }))._unsafeUnwrap();
}

const short = (path: string): string => path.slice(dir.length + 1);
const moves = (found: StateInventory): string[] =>
  found.moves.map(({ from, to, kind }) => `${kind} ${short(from)} → ${short(to)}`);

describe('a service whose HOME moves with it', () => {
  it('moves its runtime state, and no toolchain, when managed', async () => {
    await makeTree(root, {
      '.config/opencode/opencode.json': '{}',
      '.local/share/opencode/a': 'a',
      '.wp-cli/cache/x': 'x',
      '.bun/bin/bun': 'b',
      'other/x': 'x',
    });
    const found = await inventory();
    expect(moves(found)).toEqual([
      'data-directory root/.kimaki → home/opencode/.kimaki',
      'runtime root/.config/opencode → home/opencode/.config/opencode',
      'runtime root/.local/share/opencode → home/opencode/.local/share/opencode',
      'runtime root/.wp-cli → home/opencode/.wp-cli',
    ]);
    expect(found.left.map(({ path, reason }) => [short(path), reason])).toEqual([
      ['root/.bun', 'part of the toolchain, which a managed agent does not get'],
    ]);
    expect(found.conflicts).toEqual([]);
  });

  it('moves the toolchain and extras for engineering', async () => {
    await makeTree(root, { '.bun/bin/bun': 'b', '.claude.json': '{}', 'go/bin/x': 'x', 'tools/y': 'y' });
    expect(moves(await inventory({ posture: 'engineering', extra: ['tools/', 'absent'] }))).toEqual([
      'data-directory root/.kimaki → home/opencode/.kimaki',
      'runtime root/.claude.json → home/opencode/.claude.json',
      'toolchain root/.bun → home/opencode/.bun',
      'toolchain root/go → home/opencode/go',
      'extra root/tools → home/opencode/tools',
    ]);
  });

  it('lists every credential by name and moves none', async () => {
    await makeTree(root, {
      '.ssh/id_rsa': 'k',
      '.aws/config': 'c',
      'api-token.txt': 't',
      '.npmrc': 'n',
      '.env': 'e',
      '.bash_history': 'h',
    });
    const found = await inventory({ posture: 'engineering' });
    expect(found.left.map(({ path }) => short(path))).toEqual([
      'root/.aws',
      'root/.bash_history',
      'root/.env',
      'root/.npmrc',
      'root/.ssh',
      'root/api-token.txt',
    ]);
    expect(moves(found)).toHaveLength(1);
  });

  it('shows the credentials that lie inside what moves, other people’s packages left out', async () => {
    await makeTree(root, {
      '.kimaki/auth-backup.json': 'x',
      '.kimaki/node_modules/x/token.js': 'x',
      '.kimaki/keys': { link: '../.ssh' },
    });
    expect((await inventory()).moves[0]?.credentials).toEqual(['auth-backup.json']);
  });

  it('leaves links and says so', async () => {
    await makeTree(root, { elsewhere: null, '.opencode': { link: 'elsewhere' }, tools: { link: '/etc' } });
    const found = await inventory({ extra: ['tools'] });
    expect(found.left.map(({ path, reason }) => `${short(path)}: ${reason}`)).toEqual([
      'root/.opencode: a symbolic link; only real files and directories move',
      'root/tools: a symbolic link; only real files and directories move',
    ]);
  });
});

describe('a service whose HOME is the target home already', () => {
  it('moves its data directory only, and leaves the operator what has the same names', async () => {
    await makeTree(root, { '.config/opencode/opencode.json': '{}', '.gitconfig': 'g', '.ssh/id_rsa': 'k' });
    await makeTree(target, { '.config/opencode/x': 'x', '.kimaki/bin/kimaki': 'shim' });
    const found = await inventory({ home: target, extra: ['tools'] });
    expect(moves(found)).toEqual(['data-directory root/.kimaki → home/opencode/.kimaki']);
    expect(found.left.map(({ path }) => short(path))).toEqual([
      'root/.config/opencode',
      'root/.gitconfig',
      'root/.ssh',
    ]);
    expect(found.left[0]?.reason).toBe(
      `the service uses ${target} as its HOME; this belongs to the account whose home is ${root}`,
    );
    expect(found.conflicts).toEqual([
      { from: join(root, '.kimaki'), to: join(target, '.kimaki'), kind: 'skeleton', source: 'state', evidence: [] },
    ]);
  });

  it('moves nothing the second time', async () => {
    await makeTree(target, { '.kimaki/discord.db': 'db' });
    const found = await inventory({ home: target, accountHome: target, dataDir: `${target}/.kimaki/` });
    expect(found).toMatchObject({
      moves: [],
      conflicts: [],
      left: [],
      dataDir: { from: `${target}/.kimaki`, to: `${target}/.kimaki` },
    });
  });
});

describe('what stands in the way', () => {
  it.each<[string, Tree, 'skeleton' | 'state']>([
    ['nothing but an empty directory', { '.kimaki': null }, 'skeleton'],
    ['a shim', { '.kimaki/bin/kimaki': 'x', '.kimaki/bin/kimaki.cmd': 'x' }, 'skeleton'],
    ['a linked shim', { '.kimaki/bin/kimaki': { link: '/usr/bin/kimaki' } }, 'skeleton'],
    ['heap snapshots', { '.kimaki/heap-snapshots/1.heapsnapshot': 'x' }, 'skeleton'],
    ['a database', { '.kimaki/discord.db': 'x' }, 'state'],
    ['a write-ahead log alone', { '.kimaki/discord.db-wal': 'x' }, 'state'],
    ['sessions', { '.kimaki/projects/a/b/c': 'x' }, 'state'],
    ['another program in bin', { '.kimaki/bin/tool': 'x' }, 'state'],
    ['a link', { '.kimaki': { link: '/srv' } }, 'state'],
    ['a file', { '.kimaki': 'x' }, 'state'],
  ])('is judged by what it holds: %s', async (_, tree, kind) => {
    await makeTree(target, tree);
    const found = await inventory();
    expect(found.conflicts).toMatchObject([{ to: join(target, '.kimaki'), kind, source: 'state' }]);
  });

  it('is judged entry by entry', async () => {
    await makeTree(root, { '.config/opencode/a': 'a', '.opencode/a': 'a' });
    await makeTree(target, { '.config/opencode/b': 'b' });
    expect((await inventory()).conflicts.map(({ to, kind, evidence }) => [short(to), kind, evidence])).toEqual([
      ['home/opencode/.config/opencode', 'state', ['b']],
    ]);
  });
});

describe('the data directory', () => {
  it('keeps its place when it lies in no home', async () => {
    await makeTree(dir, { 'srv/kimaki/discord.db': 'x' });
    const found = await inventory({ dataDir: join(dir, 'srv/kimaki') });
    expect(found.dataDir).toEqual({ from: join(dir, 'srv/kimaki'), to: join(dir, 'srv/kimaki') });
    // What HOME/.kimaki holds is still runtime state.
    expect(moves(found)).toEqual(['runtime root/.kimaki → home/opencode/.kimaki']);
  });

  it('keeps its name when it has one of its own, and moves with what it lies in', async () => {
    await makeTree(root, { 'state/shop/discord.db': 'x', '.opencode/kimaki/discord.db': 'x' });
    expect((await inventory({ dataDir: join(root, 'state/shop') })).dataDir.to).toBe(join(target, 'state/shop'));
    const inside = await inventory({ dataDir: join(root, '.opencode/kimaki') });
    expect(inside.dataDir.to).toBe(join(target, '.opencode/kimaki'));
    expect(moves(inside)).toEqual([
      'runtime root/.kimaki → home/opencode/.kimaki',
      'runtime root/.opencode → home/opencode/.opencode',
    ]);
  });

  it.each([
    ['absent', 'missing'],
    ['linked', 'symlink'],
    ['file', 'file'],
  ])('is refused when it is %s', async (name, what) => {
    await makeTree(root, { linked: { link: '.kimaki' }, file: 'x' });
    const error = (
      await stateInventory({
        home: root,
        accountHome: root,
        dataDir: join(root, name),
        targetHome: target,
        posture: 'managed',
      })
    )._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE', found: what });
  });
});

describe('bad input', () => {
  it.each([
    [{ home: 'root' }, 'RELATIVE_PATH'],
    [{ dataDir: '/root/../etc' }, 'RELATIVE_PATH'],
    [{ targetHome: '' }, 'RELATIVE_PATH'],
    [{ extra: ['.ssh'] }, 'EXTRA_PATH_REFUSED'],
    [{ extra: ['/etc'] }, 'EXTRA_PATH_REFUSED'],
  ] as const)('is refused: %j', async (bad, code) => {
    const request = {
      home: root,
      accountHome: root,
      dataDir: join(root, '.kimaki'),
      targetHome: target,
      posture: 'managed' as const,
    };
    expect((await stateInventory({ ...request, ...bad }))._unsafeUnwrapErr().code).toBe(code);
  });

  it('does not follow a link above an extra path to where nothing may be taken from', async () => {
    await makeTree(root, { '.ssh/id': 'k', harmless: { link: '.ssh' } });
    const request = {
      home: root,
      accountHome: root,
      dataDir: join(root, '.kimaki'),
      targetHome: target,
      posture: 'managed' as const,
    };
    const error = (await stateInventory({ ...request, extra: ['harmless/id'] }))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: 'EXTRA_PATH_REFUSED', reason: 'through-link' });
  });
});

it('changes nothing', async () => {
  await makeTree(root, { '.opencode/a': 'a', '.kimaki/bin/kimaki': 'x' });
  const digest = (): string => execFileSync('find', [dir, '-printf', '%p %y %m %u %s %T@ %C@\n']).toString();
  const before = digest();
  await inventory();
  expect(digest()).toBe(before);
});
