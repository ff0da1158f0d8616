// @module-tag root
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ok } from 'neverthrow';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withPinnedParent } from '../../../src/posix/handles/pinnedParent.js';
import type { PinnedParent } from '../../../src/posix/handles/pinnedParent.js';
import { makePrivate, mayEmpty, privateNames, removePrivate } from '../../../src/posix/moves/privateDirectory.js';
import { freshPlace, mount } from '../support/place.js';
import { directory, file } from '../support/trees.js';

const LEFT = '..state.wca-4194305-0123456789ab';

/** Runs `act` beside `.state` in a directory of another account. */
async function beside<T>(place: string, act: (parent: PinnedParent) => PromiseLike<T>): Promise<T> {
  const done = await withPinnedParent<T, never>(join(place, '.state'), async (parent) => ok(await act(parent)));
  if (done.isErr()) throw new Error(done.error.message);
  return done.value;
}

function theirs(): string {
  const place = freshPlace();
  chownSync(place, 33, 33);
  return place;
}

/** What a killed move leaves: a private directory with the tree in it. */
function leftover(place: string): string {
  const tree = join(place, LEFT, '.state');
  directory(join(place, LEFT), 0o700);
  directory(tree, 0o755, 33);
  return tree;
}

describe('makePrivate', () => {
  it('makes a directory that only this user can enter, whatever the umask and a default ACL say', async () => {
    const place = theirs();
    const before = process.umask(0o277);
    const name = await beside(place, async (parent) => {
      const made = await makePrivate(parent, place).then((result) => result._unsafeUnwrap());
      await made.handle.close();
      return made.name;
    });
    process.umask(before);
    expect(await beside(place, (parent) => privateNames(parent, [name]))).toBeOk([name]);
    expect(await beside(place, (parent) => removePrivate(parent, name))).toBeUndefined();
    expect(readdirSync(place)).toEqual([]);
  });
});

describe('privateNames', () => {
  it('passes over what another account can have given such a name', async () => {
    const place = theirs();
    const names = ['open', 'full', 'owned', 'file', 'link', 'ours', 'empty'];
    directory(join(place, 'open'), 0o755);
    directory(join(place, 'full'), 0o700);
    writeFileSync(join(place, 'full/precious'), 'x');
    directory(join(place, 'owned'), 0o700, 33);
    file(join(place, 'file'), 0o600);
    directory(join(place, 'ours'), 0o700);
    mkdirSync(join(place, 'ours/.state'));
    directory(join(place, 'empty'), 0o700);
    symlinkSync('ours', join(place, 'link'));
    expect(await beside(place, (parent) => privateNames(parent, names))).toBeOk(['ours', 'empty']);
  });
});

describe('removePrivate', () => {
  it('deletes a leftover with everything in it, links themselves, and no target of a link', async () => {
    const place = theirs();
    const outside = freshPlace();
    writeFileSync(join(outside, 'kept'), 'x');
    const tree = leftover(place);
    directory(join(tree, 'deep'), 0o700, 33);
    file(join(tree, 'deep/file'), 0o600);
    symlinkSync(outside, join(tree, 'link'));
    expect(await beside(place, (parent) => removePrivate(parent, LEFT))).toBeUndefined();
    expect(readdirSync(place)).toEqual([]);
    expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('x');
  });

  it('deletes nothing of a directory that is none of its own', async () => {
    const place = theirs();
    directory(join(place, LEFT), 0o700);
    writeFileSync(join(place, LEFT, 'precious'), 'x');
    expect(await beside(place, (parent) => removePrivate(parent, LEFT))).toBe(join(place, LEFT));
    expect(readFileSync(join(place, LEFT, 'precious'), 'utf8')).toBe('x');
  });

  it('leaves a directory of root that another account, which holds one open there, can have moved there', async () => {
    const place = theirs();
    const tree = leftover(place);
    chmodSync(join(place, LEFT), 0o755);
    const holder = spawn('sleep', ['1000'], { cwd: tree, uid: 33, gid: 33, stdio: 'ignore' });
    onTestFinished(() => void holder.kill('SIGKILL'));
    await once(holder, 'spawn');
    chmodSync(join(place, LEFT), 0o700);
    directory(join(tree, 'roots'));
    file(join(tree, 'roots/precious'));
    file(join(tree, 'own'), 0o644, 33);
    expect(await beside(place, (parent) => removePrivate(parent, LEFT))).toBe(join(place, LEFT));
    expect(existsSync(join(tree, 'own'))).toBe(false);
    expect(existsSync(join(tree, 'roots/precious'))).toBe(true);
  });

  it('leaves what is mounted', async () => {
    const place = theirs();
    const tree = leftover(place);
    directory(join(tree, 'mounted'), 0o755, 33);
    mount(join(tree, 'mounted'), '-t', 'tmpfs', 'none');
    writeFileSync(join(tree, 'mounted/kept'), 'x');
    expect(await beside(place, (parent) => removePrivate(parent, LEFT))).toBe(join(place, LEFT));
    expect(readFileSync(join(tree, 'mounted/kept'), 'utf8')).toBe('x');
  });

  it('deletes directories of several owners while nobody else holds anything there', async () => {
    const place = theirs();
    const tree = leftover(place);
    for (const [name, uid] of [
      ['roots', 0],
      ['theirs', 33],
    ] as const) {
      directory(join(tree, name), 0o700, uid);
      file(join(tree, name, 'file'));
    }
    chmodSync(join(tree, 'roots'), 0o500);
    expect(await beside(place, (parent) => removePrivate(parent, LEFT))).toBeUndefined();
    expect(readdirSync(place)).toEqual([]);
  });
});

describe('mayEmpty', () => {
  it.each([
    [0, 0, 0o755, true],
    [33, 0, 0o755, true],
    [33, 33, 0o755, true],
    [33, 33, 0o777, true],
    [0, 33, 0o755, false],
    [1000, 33, 0o755, false],
    [33, 0, 0o775, false],
    [33, 0, 0o757, false],
  ])('of uid %i below one of uid %i and mode %o: %s', (uid, aboveUid, mode, may) => {
    expect(mayEmpty({ uid, mode: 0o755 }, { uid: aboveUid, mode }, 0)).toBe(may);
  });
});
