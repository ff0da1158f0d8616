// @module-tag root
// @module-tag slow
import { chmodSync, chownSync, closeSync, fstatSync, linkSync, openSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reclaim } from '../../../src/posix/sweeps/reclaim.js';
import { startChownThread } from '../../../src/posix/sweeps/chownThread.js';
import type { JudgedChange } from '../../../src/posix/sweeps/chownThread.js';
import { O_PATH } from '../../../src/posix/handles/pinned.js';
import { entryOf } from '../../../src/posix/handles/pinnedTree.js';
import { freshPlace } from '../support/place.js';
import { directory, file, openDescriptors, ownerOf } from '../support/trees.js';
import { changeOf } from '../../../src/posix/sweeps/entryJudge.js';

const O_NOFOLLOW = 0o400000;

function judged(path: string, wanted: { uid?: number; mode?: number } = { uid: 33 }): JudgedChange {
  const fd = openSync(path, O_PATH | O_NOFOLLOW);
  const change = changeOf(entryOf(fd, 'name'), { gid: 33, ...wanted });
  if (change === null) throw new Error('nothing to change');
  return { fd, change };
}

describe('startChownThread', () => {
  it('changes files, directories and links themselves, and closes their handles', async () => {
    const place = freshPlace();
    file(join(place, 'file'));
    file(join(place, 'target'));
    directory(join(place, 'directory'), 0o2755);
    symlinkSync('target', join(place, 'link'));
    const before = openDescriptors();
    const batch = ['file', 'directory', 'link'].map((name) => judged(join(place, name)));
    const thread = startChownThread();
    expect([...(await thread.act(batch))]).toEqual([1, 1, 1]);
    await thread.stop();
    const names = ['file', 'directory', 'link', 'target'];
    expect(names.map((name) => ownerOf(join(place, name)))).toEqual(['33:33', '33:33', '33:33', '0:0']);
    expect(openDescriptors()).toBe(before);
  });

  it('leaves what is no longer as it was judged, and what needs more than a new owner, with the handle', async () => {
    const place = freshPlace();
    const names = ['owner', 'group', 'mode', 'linked', 'wider'];
    for (const name of names) file(join(place, name), 0o640);
    const batch = names.map((name) =>
      judged(join(place, name), name === 'wider' ? { uid: 33, mode: 0o660 } : undefined),
    );
    chownSync(join(place, 'owner'), 1000, 0);
    chownSync(join(place, 'group'), 0, 1000);
    chmodSync(join(place, 'mode'), 0o4755);
    linkSync(join(place, 'linked'), join(place, 'other'));
    const thread = startChownThread();
    expect([...(await thread.act(batch))]).toEqual([0, 0, 0, 0, 0]);
    await thread.stop();
    expect(names.map((name) => ownerOf(join(place, name)))).toEqual(['1000:0', '0:1000', '0:0', '0:0', '0:0']);
    for (const { fd } of batch) {
      expect(fstatSync(fd).isFile()).toBe(true);
      closeSync(fd);
    }
  });

  it('does nothing once it has ended', async () => {
    const place = freshPlace();
    file(join(place, 'file'));
    const thread = startChownThread();
    await thread.stop();
    const one = judged(join(place, 'file'));
    expect((await thread.act([one]))[0]).not.toBe(1);
    closeSync(one.fd);
    expect(ownerOf(join(place, 'file'))).toBe('0:0');
  });

  it('has its part in a sweep of thousands, and nothing is left', async () => {
    const place = freshPlace();
    for (const name of ['a', 'b']) directory(join(place, name));
    for (let n = 0; n < 5000; n += 1) file(join(place, n % 2 === 0 ? 'a' : 'b', `f${n}`));
    const before = openDescriptors();
    const done = await reclaim(place, { from: 0, to: { uid: 33, gid: 33 }, unprotectedHardlinks: 'allow' });
    expect(done._unsafeUnwrap()).toMatchObject({ changed: 5003, skipped: [], complete: true });
    expect(ownerOf(join(place, 'b/f4999'))).toBe('33:33');
    expect(openDescriptors()).toBe(before);
  });
});
