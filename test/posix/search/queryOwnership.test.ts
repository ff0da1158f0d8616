// @module-tag root
// @module-tag acl
// @module-tag slow
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countOwned } from '../../../src/posix/search/countOwned.js';
import { queryOwnership } from '../../../src/posix/search/queryOwnership.js';
import type { OwnedEntry, OwnershipAnswer } from '../../../src/posix/search/queryOwnership.js';
import type { OwnershipOptions } from '../../../src/posix/search/searchRoot.js';
import type { OwnershipPredicate } from '../../../src/posix/search/ownershipPredicate.js';
import { identityOf, ROOT, WWW_DATA } from '../support/identities.js';
import { doAs } from '../support/kernel.js';
import { freshPlace, mount, run } from '../support/place.js';
import { seeded } from '../support/random.js';
import { runModule } from '../support/runModule.js';
import { directory, file, descriptorsNow, randomTree, snapshot } from '../support/trees.js';

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

  it('asks for group, mode bits and type', async () => {
    const root = freshPlace();
    file(join(root, 'a'), 0o664, 0, 33);
    file(join(root, 'b'), 0o4755, 33, 0);
    directory(join(root, 'c'), 0o2775, 0, 33);
    symlinkSync('a', join(root, 'd'));
    run('mkfifo', ['-m', '600', join(root, 'e')]);
    expect((await owned(root, { group: 33 })).names).toEqual(['/a', '/c']);
    expect((await owned(root, { modeHas: 0o2070 })).names).toEqual(['/c']);
    expect((await owned(root, { modeLacks: 0o6007 })).names).toEqual(['/e']);
    expect((await owned(root, { modeHas: 0, modeLacks: 0 })).matched).toBe(6);
    expect((await owned(root, { types: ['symlink', 'fifo'] })).names).toEqual(['/d', '/e']);
    expect((await owned(root, { types: [] })).matched).toBe(0);
    expect((await owned(join(root, 'a'), { modeHas: 0o060, group: 33, types: ['file'] })).matched).toBe(1);
    expect((await owned(join(root, 'a'), { modeLacks: 0o060 })).matched).toBe(0);
  });

  it('asks the kernel what a user can really write, by ACL, group, mount and the way there', async () => {
    const root = freshPlace();
    randomTree(root, seeded(23), 250);
    for (const name of ['acl', 'off', 'fixed', 'shut', 'mnt']) directory(join(root, name), 0o755);
    file(join(root, 'acl/user'), 0o600);
    file(join(root, 'acl/group'), 0o600);
    run('setfacl', ['-n', '-m', 'u:33:rw,m::rw', join(root, 'acl/user')]);
    run('setfacl', ['-n', '-m', 'g:4000:rw,m::rw', join(root, 'acl/group')]);
    directory(join(root, 'shut/in'), 0o777);
    file(join(root, 'shut/in/open'), 0o666);
    chmodSync(join(root, 'shut'), 0o766);
    file(join(root, 'fixed/file'), 0o666);
    run('chattr', ['+i', join(root, 'fixed/file')]);
    mount(join(root, 'mnt'), '-t', 'tmpfs', '-o', 'mode=777', 'none');
    file(join(root, 'mnt/file'), 0o666);
    run('mount', ['-o', 'remount,ro', join(root, 'mnt')]);

    const everything = (await owned(root, {}, { crossMounts: true })).entries.filter(
      (entry) => entry.type !== 'symlink',
    );
    for (const who of [identityOf('www-data', 33, [33, 4000]), identityOf('nobody', 65534, [65534]), ROOT]) {
      const deeds = everything.map(
        ({ path, type }) => ({ path, deed: 'access', mode: type === 'directory' ? 3 : 2 }) as const,
      );
      const kernel = doAs(who, deeds);
      const expected = (answer: string): string[] =>
        everything
          .filter((_, n) => kernel[n] === answer)
          .map(({ path }) => path.toString('latin1').slice(root.length))
          .sort();
      for (const is of [true, false]) {
        const found = await owned(root, { writable: { by: who, is } }, { crossMounts: true });
        expect(found.names, `${who.user.name} ${is}`).toEqual(expected(is ? 'OK' : 'REFUSED'));
        expect((await countOwned(root, { writable: { by: who, is } }, { crossMounts: true })).unwrapOr(-1)).toBe(
          found.matched,
        );
      }
    }
    chmodSync(root, 0o700);
    const nobody = { by: identityOf('nobody', 65534, [65534]), is: true };
    expect((await owned(root, { writable: nobody })).matched).toBe(0);
    const shut = await owned(root, { writable: { ...nobody, is: false } }, { crossMounts: true });
    expect(shut.matched).toBe(everything.length);
    expect((await owned(join(root, 'acl/user'), { writable: { by: WWW_DATA, is: false } })).matched).toBe(1);
  });

  it('sees a wide tree once, whatever is divided, mounted, excluded or oddly named in it', async () => {
    const root = freshPlace();
    const raw = (name: number[]): Buffer => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name)]);
    for (let n = 0; n < 6; n += 1) {
      directory(join(root, `d${n}`));
      for (let m = 0; m < 6; m += 1) {
        directory(join(root, `d${n}/[m*${m}]`));
        file(join(root, `d${n}/[m*${m}]/new\nline .txt`));
        directory(join(root, `d${n}/[m*${m}]/deeper`));
      }
      file(join(root, `d${n}/file`));
    }
    directory(raw([0x64, 0xff]));
    file(Buffer.concat([raw([0x64, 0xff]), Buffer.from('/inside')]));
    symlinkSync('/usr', join(root, 'd0/[m*link]'));
    mount(join(root, 'd1/[m*1]'), '-t', 'tmpfs', 'none');
    mount(join(root, 'd2/[m*2]/deeper'), '-t', 'tmpfs', 'none');
    const exclude = ['d3', 'd4/[m*4]', 'd5/[m*5]/deeper'];
    const found = await owned(root, {}, { exclude });
    const expected = [...snapshot(root).keys()].filter((path) => {
      const out = [...exclude, 'd1/[m*1]', 'd2/[m*2]/deeper'].map((one) => `/${one}`);
      return !out.some((one) => path === one || path.startsWith(`${one}/`));
    });
    expect(found.names).toEqual(expected.sort());
    expect(found.mountsSkipped).toHaveLength(2);
  });

  it('names what it could not read as it lies in the tree, and hands on the rest', async () => {
    const place = freshPlace();
    const root = join(place, 'site');
    directory(root);
    for (let n = 0; n < 20; n += 1) directory(join(root, `d${n}`));
    for (let n = 0; n < 20; n += 1) directory(join(root, `d${n}/closed`), n === 7 ? 0o700 : 0o755);
    const source = `import { queryOwnership } from ${JSON.stringify(join(import.meta.dirname, '../../../src/posix/index.ts'))};
      let found = 0;
      const answer = await queryOwnership(${JSON.stringify(root)}, { by: 0 }, { onEntry: () => { found += 1; } });
      console.log(JSON.stringify([found, answer.isErr() ? answer.error : null]));`;
    const [found, error] = JSON.parse(await runModule(source, place, 33)) as [
      number,
      { code: string; complaints: string[] },
    ];
    expect([found, error.code]).toEqual([41, 'QUERY_INCOMPLETE']);
    expect(error.complaints).toEqual([expect.stringMatching(/'d7\/closed': Permission denied$/)]);
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
    for (const [root, code] of [
      ['tmp', 'RELATIVE_PATH'],
      [join(freshPlace(), 'none'), 'NOT_FOUND'],
    ] as const) {
      const answer = await countOwned(root, { by: 0 });
      expect(answer).toBeErr({ code });
    }
  });

  it('stops when asked to, and leaves nothing behind', async () => {
    const before = descriptorsNow();
    const abort = new AbortController();
    const answer = await queryOwnership('/usr', {}, { signal: abort.signal, onEntry: () => abort.abort() });
    expect(answer).toBeErr({ code: 'ABORTED' });
    expect(descriptorsNow().filter((one) => !before.includes(one))).toEqual([]);
  });

  it('does not run past its deadline', async () => {
    const answer = await countOwned('/usr', {}, { timeoutMs: 1 });
    expect(answer).toBeErr({ code: 'PROGRAM_TIMEOUT' });
  });

  it('throws what the callback throws, as it is, and leaves nothing behind', async () => {
    const before = descriptorsNow();
    const own = new RangeError('from the caller');
    const onEntry = (): void => {
      throw own;
    };
    await expect(queryOwnership('/etc', {}, { onEntry })).rejects.toBe(own);
    expect(descriptorsNow().filter((one) => !before.includes(one))).toEqual([]);
  });
});
