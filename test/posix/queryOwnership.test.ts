// needs root
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countOwned, queryOwnership } from '../../src/posix/index.js';
import type { OwnedEntry, OwnershipAnswer, OwnershipOptions, OwnershipPredicate } from '../../src/posix/index.js';
import { freshPlace, mount, run } from './support/place.js';
import { seeded } from './support/random.js';
import { directory, file, openDescriptors, randomTree, snapshot } from './support/trees.js';

async function owned(
  root: string,
  predicate: OwnershipPredicate,
  options: OwnershipOptions = {},
): Promise<OwnershipAnswer & { entries: OwnedEntry[]; names: string[] }> {
  const entries: OwnedEntry[] = [];
  const answer = await queryOwnership(root, predicate, { ...options, onEntry: (entry) => entries.push(entry) });
  if (answer.isErr()) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  const names = entries.map((entry) => entry.path.toString('latin1').slice(root.length)).sort();
  return { ...answer.value, entries, names };
}

describe('queryOwnership', () => {
  it('combines its conditions, and the root itself counts', async () => {
    const root = freshPlace();
    file(join(root, 'root'), 0o644);
    file(join(root, 'open'), 0o664);
    file(join(root, 'web'), 0o600, 33);
    symlinkSync('web', join(root, 'link'));
    expect((await owned(root, { by: 0 })).names).toEqual(['', '/link', '/open', '/root']);
    expect((await owned(root, { notBy: 0 })).names).toEqual(['/web']);
    expect((await owned(root, { by: 0, notBy: 0 })).names).toEqual([]);
    expect((await owned(root, { by: 0, groupUnwritable: true })).names).toEqual(['', '/root']);
    expect((await owned(root, { groupUnwritable: true })).names).toEqual(['', '/root', '/web']);
    expect((await owned(root, {})).matched).toBe(5);
  });

  it('says owner, mode and type of each entry as lstat does, whatever its name', async () => {
    const root = freshPlace();
    randomTree(root, seeded(5), 300);
    run('mknod', [join(root, 'null'), 'c', '1', '3']);
    const before = snapshot(root);
    const { entries, matched } = await owned(root, {});
    expect(matched).toBe(before.size);
    const formats = { file: 8, directory: 4, symlink: 10, fifo: 1, socket: 12, block: 6, char: 2 };
    for (const { path, uid, gid, mode, type } of entries) {
      const key = path.toString('latin1').slice(root.length);
      expect(`${uid}:${gid} ${((formats[type] << 12) | mode).toString(8)}`, key).toBe(before.get(key));
    }
  });

  it('passes over mounts below and names them, also one of the same filesystem', async () => {
    const root = freshPlace();
    const decoy = freshPlace();
    file(join(decoy, 'inside'));
    directory(join(root, 'a b'));
    directory(join(root, 'a b/c'));
    mount(join(root, 'a b/c'), '--bind', decoy);
    expect(await owned(root, { by: 0 })).toMatchObject({ names: ['', '/a b'], mountsSkipped: [join(root, 'a b/c')] });
    const all = await owned(root, { by: 0 }, { crossMounts: true });
    expect(all).toMatchObject({ matched: 4, mountsSkipped: [] });
    // A root inside the mount is none of them.
    expect((await owned(join(root, 'a b/c'), { by: 0 })).names).toEqual(['', '/inside']);
  });

  it('passes over what is excluded, wildcard characters taken as they are', async () => {
    const root = freshPlace();
    for (const name of ['a*', 'ab', '[x]', 'x']) directory(join(root, name));
    for (const name of ['a*/1', 'ab/1', '[x]/1', 'x/1']) file(join(root, name));
    const { names } = await owned(root, { by: 0 }, { exclude: [join(root, 'a*'), '[x]', '/nowhere', 'x/1'] });
    expect(names).toEqual(['', '/ab', '/ab/1', '/x']);
  });

  it('follows a root that is a link, answers for a file, and keeps the root as it was given', async () => {
    const place = freshPlace();
    directory(join(place, 'real'));
    file(join(place, 'real/one'));
    symlinkSync('real', join(place, 'link'));
    expect((await owned(join(place, 'link'), { by: 0 })).names).toEqual(['', '/one']);
    expect((await owned(join(place, 'link/one'), { by: 0 })).matched).toBe(1);
    expect((await owned(join(place, 'link/one'), { by: 0, groupUnwritable: true })).matched).toBe(1);
    expect((await owned(join(place, 'link/one'), { notBy: 0 })).matched).toBe(0);
  });

  it('tells a relative and a missing root apart', async () => {
    for (const [root, code] of [['tmp', 'RELATIVE_PATH'], [join(freshPlace(), 'none'), 'NOT_FOUND']] as const) {
      const answer = await countOwned(root, { by: 0 });
      expect(answer.isErr() && answer.error.code).toBe(code);
    }
  });

  it('stops when asked to, and leaves nothing behind', async () => {
    const descriptors = openDescriptors();
    const abort = new AbortController();
    const answer = await queryOwnership('/usr', {}, { signal: abort.signal, onEntry: () => abort.abort() });
    expect(answer.isErr() && answer.error.code).toBe('PROGRAM_ABORTED');
    expect(openDescriptors()).toBe(descriptors);
  });

  it('does not run past its deadline', async () => {
    const answer = await countOwned('/usr', {}, { timeoutMs: 1 });
    expect(answer.isErr() && answer.error.code).toBe('PROGRAM_TIMEOUT');
  });
});
