// @module-tag root
// @module-tag acl
import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { O_PATH } from '../../../src/posix/handles/pinned.js';
import { entryOf } from '../../../src/posix/handles/pinnedTree.js';
import { ioError } from '../../../src/posix/paths/ioError.js';
import { BatchedChanges, withinAcl } from '../../../src/posix/sweeps/batchedChanges.js';
import type { BatchOptions } from '../../../src/posix/sweeps/batchedChanges.js';
import { changeOf } from '../../../src/posix/sweeps/entryJudge.js';
import { newPass } from '../../../src/posix/sweeps/pass.js';
import type { Pass } from '../../../src/posix/sweeps/pass.js';
import { freshPlace, run } from '../support/place.js';
import { directory, file, memorySink, openDescriptors, ownerOf } from '../support/trees.js';

const pin = (path: string): number => openSync(path, O_PATH | constants.O_NOFOLLOW);

/** Has the file at a path given to www-data; true when that waits for a flush. */
function give(changes: BatchedChanges, path: string, name: string): boolean {
  const fd = pin(path);
  const change = changeOf(entryOf(fd, name), { uid: 33, gid: 33 });
  if (change === null) throw new Error('it has the owner already');
  const waits = changes.add({ fd, path: name, change });
  if (!waits) closeSync(fd);
  return waits;
}

function batched(options: BatchOptions, size = 30): { readonly pass: Pass; readonly changes: BatchedChanges } {
  const pass = newPass();
  return { pass, changes: new BatchedChanges(pass, options, size, true) };
}

describe('BatchedChanges', () => {
  it('makes a change at once when no record is kept', async () => {
    const path = join(freshPlace(), 'file');
    file(path);
    const { pass, changes } = batched({});
    expect(give(changes, path, 'file')).toBe(false);
    expect(ownerOf(path)).toBe('33:33');
    expect(pass.changed).toBe(1);
    await changes.close();
  });

  it('makes none before it is in the record, and all of them after', async () => {
    const place = freshPlace();
    const owners: string[] = [];
    const sink = memorySink();
    const noting: BatchOptions['sink'] = {
      append: (batch) => {
        owners.push(...['a', 'b'].map((name) => ownerOf(join(place, name))));
        return sink.append(batch);
      },
    };
    const { pass, changes } = batched({ sink: noting });
    for (const name of ['a', 'b']) {
      file(join(place, name));
      expect(give(changes, join(place, name), name)).toBe(true);
    }
    expect(await changes.settle()).toBeOk();
    expect(owners).toEqual(['0:0', '0:0']);
    expect(sink.all().map((change) => change.path.toString())).toEqual(['a', 'b']);
    expect(['a', 'b'].map((name) => ownerOf(join(place, name)))).toEqual(['33:33', '33:33']);
    expect(pass.changed).toBe(2);
    await changes.close();
  });

  it('changes nothing when the record fails, and tells that at the next flush', async () => {
    const path = join(freshPlace(), 'file');
    file(path);
    const { pass, changes } = batched({ sink: { append: () => errAsync(ioError({ code: 'ENOSPC' }, 'write', '/r')) } });
    give(changes, path, 'file');
    expect(await changes.flush()).toBeOk();
    expect((await changes.settle())._unsafeUnwrapErr()).toMatchObject({ errno: 'ENOSPC' });
    expect([ownerOf(path), pass.changed]).toEqual(['0:0', 0]);
    await changes.close();
  });

  it('counts in a dry run, with and without ACLs to judge, and changes nothing', async () => {
    const path = join(freshPlace(), 'file');
    file(path);
    for (const options of [{ dryRun: true }, { dryRun: true, judgeAcl: () => true }]) {
      const { pass, changes } = batched(options);
      give(changes, path, 'file');
      expect(await changes.settle()).toBeOk();
      expect([pass.wouldChange, pass.changed]).toEqual([1, 0]);
      await changes.close();
    }
    expect(ownerOf(path)).toBe('0:0');
  });

  it('is full at a third of the handles', async () => {
    const place = freshPlace();
    const { changes } = batched({ sink: memorySink() }, 6);
    for (const [name, full] of [
      ['a', false],
      ['b', true],
    ] as const) {
      file(join(place, name));
      give(changes, join(place, name), name);
      expect(changes.full).toBe(full);
    }
    expect(await changes.flush()).toBeOk();
    expect(changes.full).toBe(false);
    await changes.close();
  });

  it('leaves what its own ACL closes to the reader, and all below a directory that one closes', async () => {
    const place = freshPlace();
    directory(join(place, 'dir'));
    for (const name of ['open', 'closed', 'dir/file']) file(join(place, name));
    for (const name of ['closed', 'dir']) run('setfacl', ['-m', 'u:44:r', join(place, name)]);
    const { pass, changes } = batched({ judgeAcl: () => false });
    const fd = pin(join(place, 'dir'));
    changes.enter(entryOf(fd, 'dir'), fd, 'dir');
    closeSync(fd);
    for (const name of ['open', 'closed', 'dir/file']) give(changes, join(place, name), name);
    expect(await changes.settle()).toBeOk();
    expect(['open', 'closed', 'dir/file'].map((name) => ownerOf(join(place, name)))).toEqual(['33:33', '0:0', '0:0']);
    expect([...pass.skipped]).toEqual([['closed', 'private']]);
    expect([...pass.closed]).toEqual([['dir', 'private']]);
    await changes.close();
  });

  it('closes a directory unjudged when there are no handles for it', async () => {
    const place = freshPlace();
    const { pass, changes } = batched({ judgeAcl: () => true }, 3);
    for (const name of ['a', 'b']) {
      directory(join(place, name));
      const fd = pin(join(place, name));
      changes.enter(entryOf(fd, name), fd, name);
      closeSync(fd);
    }
    expect([...pass.closed]).toEqual([['b', 'unjudged']]);
    expect([...pass.notSeen].join()).toContain('ulimit -n');
    await changes.close();
  });

  it('lists what the kernel refuses, and goes on', async () => {
    const path = join(freshPlace(), 'file');
    file(path);
    run('chattr', ['+i', path]);
    const { pass, changes } = batched({});
    give(changes, path, 'file');
    run('chattr', ['-i', path]);
    expect([...pass.skipped]).toEqual([['file', 'immutable']]);
    expect(await changes.settle()).toBeOk();
    await changes.close();
  });

  it('gives every handle back, also of what it has not made', async () => {
    const place = freshPlace();
    file(join(place, 'file'));
    const before = openDescriptors();
    const { changes } = batched({ sink: memorySink(), judgeAcl: () => true });
    give(changes, join(place, 'file'), 'file');
    const fd = pin(place);
    changes.enter(entryOf(fd, ''), fd, '');
    closeSync(fd);
    await changes.close();
    expect(openDescriptors()).toBe(before);
    expect(lstatSync(join(place, 'file')).uid).toBe(0);
  });
});

describe('withinAcl', () => {
  const change = (before: number, after: number, gid = 33): Parameters<typeof withinAcl>[0] => ({
    path: Buffer.from('file'),
    type: 'file',
    dev: '1',
    ino: '2',
    before: { uid: 0, gid: 0, mode: before },
    after: { uid: 0, gid, mode: after },
  });
  const acl = (owningGroup: number, named: number): NonNullable<Parameters<typeof withinAcl>[1]> => ({
    users: [],
    groups: [{ id: 1000, bits: named }],
    owningGroup,
    mask: 4,
    other: 4,
  });

  it('leaves a change as it is without an ACL, and where it sets no group bits', () => {
    expect(withinAcl(change(0o644, 0o664), null)).toEqual(change(0o644, 0o664));
    expect(withinAcl(change(0o664, 0o644), acl(4, 6))).toEqual(change(0o664, 0o644));
  });

  it('sets the bits where only the group gains by them', () => {
    expect(withinAcl(change(0o644, 0o664), acl(6, 4))).toEqual(change(0o644, 0o664));
  });

  it('takes them out where a named entry would gain, or the group would not', () => {
    for (const [owningGroup, named] of [
      [6, 6],
      [4, 4],
    ] as const)
      expect(withinAcl(change(0o644, 0o2664), acl(owningGroup, named))).toEqual(change(0o644, 0o2644));
  });

  it('answers null when nothing else would change', () => {
    expect(withinAcl(change(0o644, 0o664, 0), acl(6, 6))).toBeNull();
  });
});
