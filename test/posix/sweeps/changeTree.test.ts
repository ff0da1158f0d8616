// @module-tag root
// @module-tag slow
import { closeSync, constants, mkdirSync, openSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changeTree } from '../../../src/posix/sweeps/changeTree.js';
import type { SweepOptions, SweepReport, TreeEntry, Verdict } from '../../../src/posix/handles/tree.js';
import { freshPlace, run } from '../support/place.js';
import { bundle } from '../support/runModule.js';
import { directory, file, memorySink, modeOf, openDescriptors, ownerOf, snapshot } from '../support/trees.js';

type Decide = (entry: TreeEntry) => Verdict;

async function swept(root: string, decide: Decide, options: SweepOptions = {}): Promise<SweepReport> {
  const done = await changeTree(root, decide, { unprotectedHardlinks: 'allow', ...options });
  if (done.isErr()) throw new Error(`${done.error.code}: ${done.error.message}`);
  return done.value;
}

const toWww = (entry: TreeEntry): Verdict =>
  entry.uid === 0 ? { kind: 'change', uid: 33, gid: 33 } : { kind: 'keep' };

describe('changeTree', () => {
  it('shows every entry with what fstat says, the root under the empty path', async () => {
    const root = freshPlace();
    directory(join(root, 'sub'), 0o2755, 33);
    file(join(root, 'sub/one'), 0o640, 1000);
    symlinkSync('one', join(root, 'sub/link'));
    const seen = new Map<string, TreeEntry>();
    const report = await swept(root, (entry) => {
      seen.set(entry.path.toString(), entry);
      return { kind: 'keep' };
    });
    expect([...seen.keys()].sort()).toEqual(['', 'sub', 'sub/link', 'sub/one']);
    expect(seen.get('sub')).toMatchObject({ type: 'directory', mode: 0o2755, uid: 33, gid: 33 });
    expect(seen.get('sub/one')).toMatchObject({ type: 'file', mode: 0o640, uid: 1000, nlink: 1, size: 1 });
    expect(seen.get('sub/link')).toMatchObject({ type: 'symlink', uid: 0 });
    expect(report).toEqual({ examined: 4, changed: 0, wouldChange: 0, skipped: [], complete: true, notSeen: [] });
  });

  it('sets owner and mode together, and keeps setgid on directories through a change of owner', async () => {
    const root = freshPlace();
    directory(join(root, 'sub'), 0o2755);
    file(join(root, 'one'), 0o666);
    await swept(root, (entry) => {
      if (entry.uid !== 0) return { kind: 'keep' };
      return { kind: 'change', uid: 33, mode: entry.type === 'directory' ? 0o2770 : 0o640 };
    });
    expect([modeOf(join(root, 'sub')), ownerOf(join(root, 'sub'))]).toEqual(['2770', '33:0']);
    expect([modeOf(join(root, 'one')), ownerOf(join(root, 'one'))]).toEqual(['0640', '33:0']);
  });

  it('does not look below what the verdict closes', async () => {
    const root = freshPlace();
    directory(join(root, 'closed'));
    file(join(root, 'closed/inside'));
    directory(join(root, 'listed'));
    file(join(root, 'listed/inside'));
    const report = await swept(root, (entry) => {
      if (entry.path.toString() === 'closed') return { kind: 'skip', reason: 'private', descend: false };
      if (entry.path.toString() === 'listed') return { kind: 'skip', reason: 'foreign-owner', descend: true };
      return toWww(entry);
    });
    expect(report.skipped.map((entry) => entry.reason).sort()).toEqual(['foreign-owner', 'private']);
    expect(ownerOf(join(root, 'closed/inside'))).toBe('0:0');
    expect(ownerOf(join(root, 'listed/inside'))).toBe('33:33');
  });

  it('judges a directory again when it enters, so another one under its name does not slip through', async () => {
    const root = freshPlace();
    directory(join(root, 'dir'), 0o755);
    file(join(root, 'dir/harmless'), 0o644, 33);
    const place = freshPlace();
    directory(join(place, 'private'), 0o700);
    file(join(place, 'private/secret'), 0o644);
    let swapped = false;
    const report = await swept(root, (entry) => {
      const isPrivate = entry.type === 'directory' && (entry.mode & 0o005) !== 0o005;
      if (!swapped && entry.path.toString() === 'dir') {
        swapped = true;
        renameSync(join(root, 'dir'), join(place, 'dir'));
        renameSync(join(place, 'private'), join(root, 'dir'));
      }
      return isPrivate ? { kind: 'skip', reason: 'private', descend: false } : toWww(entry);
    });
    expect(report).toMatchObject({ skipped: [{ path: join(root, 'dir'), reason: 'private' }], complete: false });
    expect(ownerOf(join(root, 'dir/secret'))).toBe('0:0');
  });

  it('acts on the inode it judged when the name means something else by then', async () => {
    const root = freshPlace();
    const decoy = freshPlace();
    file(join(root, 'one'));
    file(join(decoy, 'outside'));
    const sink = memorySink();
    const report = await swept(root, toWww, {
      sink: {
        append: (batch) => {
          // Between judging and acting: the file moves away and a link takes its name.
          if (sink.batches.length === 0) {
            renameSync(join(root, 'one'), join(root, 'moved'));
            symlinkSync(join(decoy, 'outside'), join(root, 'one'));
          }
          return sink.append(batch);
        },
      },
    });
    expect(ownerOf(join(root, 'moved'))).toBe('33:33');
    expect(ownerOf(join(decoy, 'outside'))).toBe('0:0');
    expect(ownerOf(join(root, 'one'))).toBe('33:33');
    expect(report.complete).toBe(true);
  });

  it('does not change an inode that was changed between judging and acting, and judges it anew', async () => {
    const root = freshPlace();
    file(join(root, 'one'), 0o644);
    const sink = memorySink();
    const report = await swept(
      root,
      (entry) =>
        entry.type === 'file' && entry.uid === 0 ? { kind: 'change', uid: 33, mode: 0o600 } : { kind: 'keep' },
      {
        sink: {
          append: (batch) => {
            if (sink.batches.length === 0) run('chmod', ['666', join(root, 'one')]);
            return sink.append(batch);
          },
        },
      },
    );
    expect(report).toMatchObject({ changed: 1, complete: true });
    expect(sink.all().map((change) => change.before.mode)).toEqual([0o644, 0o666]);
    expect([modeOf(join(root, 'one')), ownerOf(join(root, 'one'))]).toEqual(['0600', '33:0']);
  });

  it('leaves no descriptor open', async () => {
    const root = freshPlace();
    for (let n = 0; n < 600; n += 1) file(join(root, `f${n}`));
    const before = openDescriptors();
    expect(await swept(root, toWww)).toMatchObject({ changed: 601, complete: true });
    expect(openDescriptors()).toBe(before);
  });

  it('works with 64 descriptors in a tree 1000 deep and 2000 wide, deeper than a path may be long', async () => {
    const root = freshPlace();
    const place = freshPlace();
    deepTree(root, 1000);
    mkdirSync(join(root, 'wide'));
    for (let n = 0; n < 2000; n += 1) writeFileSync(join(root, 'wide', `f${n}`), '');
    const module = await bundle(
      `import { reclaim, changeTree } from '${process.cwd()}/src/posix/sweeps/index.js';
       const all = { unprotectedHardlinks: 'allow' } as const;
       const to = (uid: number) => changeTree('${root}', (entry) => ({ kind: 'change', uid }), all);
       const done = [await to(1000), await reclaim('${root}', { from: 1000, to: { uid: 33, gid: 33 }, ...all })];
       for (const one of done) console.log(one.isErr() ? one.error : [one.value.changed, one.value.complete].join());`,
      place,
    );
    const printed = run('prlimit', ['--nofile=64', process.execPath, module]);
    // Per level a directory and a file; the root, `wide` and its files.
    expect(printed.trim().split('\n')).toEqual(Array(2).fill(`${1000 * 2 + 2 + 2000},true`));
  });

  it('throws what the callback throws, as it is, and leaves nothing behind', async () => {
    const place = freshPlace();
    file(join(place, 'file'));
    const descriptors = openDescriptors();
    const own = new RangeError('from the caller');
    const decide = (): Verdict => {
      throw own;
    };
    await expect(changeTree(place, decide, { unprotectedHardlinks: 'allow' })).rejects.toBe(own);
    expect(openDescriptors()).toBe(descriptors);
  });

  it('writes nothing where nothing is to be done', async () => {
    const root = freshPlace();
    file(join(root, 'one'), 0o644, 33);
    const before = snapshot(root);
    const sink = memorySink();
    await swept(root, () => ({ kind: 'change', uid: 33, gid: 33, mode: 0o755 }), { sink, dryRun: true });
    await swept(join(root, 'one'), () => ({ kind: 'change', uid: 33, gid: 33, mode: 0o644 }), { sink });
    expect(sink.batches).toEqual([]);
    expect(snapshot(root)).toEqual(before);
  });
});

/** Directories in directories, each with a file, made from handle to handle. */
function deepTree(root: string, depth: number): void {
  let here = openSync(root, constants.O_DIRECTORY);
  for (let level = 0; level < depth; level += 1) {
    const name = `/proc/self/fd/${here}/level`;
    mkdirSync(name);
    writeFileSync(`/proc/self/fd/${here}/file`, '');
    const next = openSync(name, constants.O_DIRECTORY);
    closeSync(here);
    here = next;
  }
  closeSync(here);
}
