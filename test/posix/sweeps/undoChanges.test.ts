// @module-tag root
// @module-tag slow
import { chmodSync, chownSync, linkSync, lstatSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openToGroup } from '../../../src/posix/sweeps/openToGroup.js';
import { reclaim } from '../../../src/posix/sweeps/reclaim.js';
import { undoChanges } from '../../../src/posix/sweeps/undoChanges.js';
import type { ChangeSink, TreeChange } from '../../../src/posix/handles/tree.js';
import type { UndoReport } from '../../../src/posix/sweeps/undoChanges.js';
import { WWW_DATA } from '../support/identities.js';
import { freshPlace, run } from '../support/place.js';
import { seeded } from '../support/random.js';
import { directory, file, memorySink, openDescriptors, ownerOf, randomTree, snapshot } from '../support/trees.js';
import { openChangeRecord, readChangeRecord } from '../../../src/posix/sweeps/changeRecord.js';

async function handOver(root: string, sink: ChangeSink): Promise<void> {
  const options = { sink, unprotectedHardlinks: 'allow' } as const;
  const done = await reclaim(root, { from: 0, to: { uid: 33, gid: 33 }, reader: WWW_DATA, ...options });
  if (done.isErr()) throw new Error(done.error.message);
  const keepSecrets = (name: Buffer): boolean => name[0] === 0x2d;
  const opened = await openToGroup(root, { gid: 33, owners: [33, 1000], keepSecrets, ...options });
  if (opened.isErr()) throw new Error(opened.error.message);
}

async function undone(root: string, changes: readonly TreeChange[]): Promise<UndoReport> {
  const report = await undoChanges(root, changes);
  if (report.isErr()) throw new Error(report.error.message);
  return report.value;
}

describe('undoChanges', () => {
  it('puts owner, group and mode of everything back, whatever the tree, from a record on disk', async () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const root = join(freshPlace(), 'tree');
      const file = join(freshPlace(), 'record');
      directory(root);
      randomTree(root, seeded(seed), 120);
      const before = snapshot(root);
      const descriptors = openDescriptors();

      const record = await openChangeRecord(file);
      if (record.isErr()) throw new Error(record.error.message);
      await handOver(root, record.value);
      expect(await record.value.close()).toBeOk();
      expect(snapshot(root)).not.toEqual(before);

      const changes = await readChangeRecord(file);
      if (changes.isErr()) throw new Error(changes.error.message);
      const report = await undone(root, changes.value);
      expect(report.skipped).toEqual([]);
      expect(report.restored).toBeGreaterThan(0);
      expect(snapshot(root), `seed ${seed}`).toEqual(before);
      expect(await undone(root, changes.value)).toEqual({ restored: 0, skipped: [] });
      expect(openDescriptors()).toBe(descriptors);
    }
  });

  it('restores a tree that was moved as a whole', async () => {
    const place = freshPlace();
    directory(join(place, 'old'));
    file(join(place, 'old/one'));
    const before = snapshot(join(place, 'old'));
    const sink = memorySink();
    await handOver(join(place, 'old'), sink);
    renameSync(join(place, 'old'), join(place, 'new'));
    expect((await undone(join(place, 'new'), sink.all())).skipped).toEqual([]);
    expect(snapshot(join(place, 'new'))).toEqual(before);
  });

  it('restores a tree that was copied away and back, when asked to, and still nothing of another state', async () => {
    const place = freshPlace();
    directory(join(place, 'tree'));
    for (const name of ['one', 'given']) file(join(place, 'tree', name));
    const before = snapshot(join(place, 'tree'));
    const sink = memorySink();
    await handOver(join(place, 'tree'), sink);
    run('cp', ['-a', join(place, 'tree'), join(place, 'copy')]);
    chownSync(join(place, 'copy/given'), 1000, 1000);
    const left = await undone(join(place, 'copy'), sink.all());
    expect(left.restored).toBe(0);
    const done = await undoChanges(join(place, 'copy'), sink.all(), { replaced: 'restore' });
    expect(done._unsafeUnwrap().skipped.map(({ path }) => path)).toEqual([join(place, 'copy/given')]);
    const now = snapshot(join(place, 'copy'));
    expect([now.get('/one'), now.get('')]).toEqual([before.get('/one'), before.get('')]);
  });

  it('leaves what was replaced, removed, linked or changed since, and says so', async () => {
    const root = freshPlace();
    for (const name of ['replaced', 'removed', 'linked', 'given', 'fine']) file(join(root, name));
    const sink = memorySink();
    await handOver(root, sink);
    // Made before the old one goes, so that it cannot get its inode number.
    file(join(root, 'new'), 0o644, 33);
    renameSync(join(root, 'new'), join(root, 'replaced'));
    rmSync(join(root, 'removed'));
    linkSync(join(root, 'linked'), join(root, 'second'));
    chownSync(join(root, 'given'), 1000, 1000);
    const report = await undone(root, sink.all());
    const name = (path: string): string => path.slice(root.length + 1);
    const reasons = Object.fromEntries(report.skipped.map((entry) => [name(entry.path), entry.reason]));
    expect(Object.keys(reasons).sort()).toEqual(['given', 'linked', 'removed', 'replaced']);
    expect(reasons.replaced).toContain('another file has replaced it');
    expect(reasons.removed).toContain('no longer exists');
    expect(ownerOf(join(root, 'given'))).toBe('1000:1000');
    expect(ownerOf(join(root, 'fine'))).toBe('0:0');
  });

  it('finishes back what an interruption left in the middle of a change', async () => {
    const root = freshPlace();
    const path = join(root, 'one');
    file(path, 0o644);
    const { dev, ino } = lstatSync(path);
    const change: TreeChange = {
      path: Buffer.from('one'),
      type: 'file',
      dev: String(dev),
      ino: String(ino),
      before: { uid: 0, gid: 0, mode: 0o646 },
      after: { uid: 33, gid: 33, mode: 0o664 },
    };
    const states = [
      [0, 0o646, 0],
      [0, 0o644, 1],
      [33, 0o644, 1],
      [33, 0o664, 1],
    ] as const;
    for (const [id, mode, restored] of states) {
      chownSync(path, id, id);
      chmodSync(path, mode);
      expect(await undone(root, [change])).toEqual({ restored, skipped: [] });
      expect([ownerOf(path), lstatSync(path).mode & 0o7777]).toEqual(['0:0', 0o646]);
    }
    chmodSync(path, 0o600);
    expect((await undone(root, [change])).skipped).toHaveLength(1);
  });

  it('takes device numbers that a reboot dealt anew, but no two for one', async () => {
    const root = freshPlace();
    file(join(root, 'one'));
    file(join(root, 'two'));
    const before = snapshot(root);
    const sink = memorySink();
    await handOver(root, sink);
    const renumbered = sink.all().map((change) => ({ ...change, dev: '4242' }));
    expect((await undone(root, renumbered)).skipped).toEqual([]);
    expect(snapshot(root)).toEqual(before);
  });

  it('never goes through a link that has taken the place of a directory', async () => {
    const root = freshPlace();
    const decoy = freshPlace();
    directory(join(root, 'sub'));
    file(join(root, 'sub/one'));
    const sink = memorySink();
    await handOver(root, sink);
    renameSync(join(root, 'sub'), join(decoy, 'moved'));
    symlinkSync(join(decoy, 'moved'), join(root, 'sub'));
    const report = await undone(root, sink.all());
    expect(report.skipped).toHaveLength(2);
    expect(ownerOf(join(decoy, 'moved/one'))).toBe('33:33');
  });
});
