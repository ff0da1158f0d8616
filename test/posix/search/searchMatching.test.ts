// @module-tag root
import { closeSync, constants, openSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { O_PATH } from '../../../src/posix/handles/pinned.js';
import type { OwnershipPredicate } from '../../../src/posix/search/ownershipPredicate.js';
import { searchMatching } from '../../../src/posix/search/searchMatching.js';
import { WWW_DATA } from '../support/identities.js';
import { freshPlace } from '../support/place.js';
import { directory, file } from '../support/trees.js';

/** What an account can write and not, below a directory that it may enter and one that it may not. */
function plant(): string {
  const place = freshPlace();
  directory(join(place, 'open'), 0o777);
  file(join(place, 'open/theirs'), 0o644, 33);
  file(join(place, 'open/roots'), 0o644);
  file(join(place, 'open/all'), 0o666);
  symlinkSync('all', join(place, 'open/link'));
  directory(join(place, 'closed'), 0o700);
  file(join(place, 'closed/theirs'), 0o644, 33);
  directory(join(place, 'closed/deep'), 0o777);
  file(join(place, 'closed/deep/all'), 0o666);
  directory(join(place, 'closed/shut'), 0o700);
  return place;
}

async function matching(place: string, predicate: OwnershipPredicate, prune: readonly string[] = []) {
  const fd = openSync(place, O_PATH | constants.O_DIRECTORY);
  onTestFinished(() => closeSync(fd));
  const found: string[] = [];
  const search = { directory: fd, prune, timeoutMs: 60_000, print: '%p\\0' };
  const done = await searchMatching(search, place, predicate, (records) => found.push(...records));
  expect(done).toBeOk({ complaints: [] });
  return found.sort();
}
const writable = (is: boolean): OwnershipPredicate => ({ writable: { by: WWW_DATA, is } });

describe('searchMatching', () => {
  it('hands on each entry that fits, once', async () => {
    expect(await matching(plant(), { by: 33 })).toEqual(['closed/theirs', 'open/theirs']);
  });

  it('finds what an account can write, and reach', async () => {
    expect(await matching(plant(), writable(true))).toEqual(['open', 'open/all', 'open/theirs']);
  });

  it('finds what it cannot write for whatever reason, below closed directories everything', async () => {
    expect(await matching(plant(), writable(false))).toEqual([
      '',
      'closed',
      'closed/deep',
      'closed/deep/all',
      'closed/shut',
      'closed/theirs',
      'open/roots',
    ]);
  });

  it('combines that with the other conditions', async () => {
    expect(await matching(plant(), { ...writable(false), by: 33 })).toEqual(['closed/theirs']);
    expect(await matching(plant(), { ...writable(true), types: ['directory'] })).toEqual(['open']);
  });

  it('passes over what it is told to, below a closed directory too', async () => {
    const found = await matching(plant(), writable(false), ['closed/deep', 'open']);
    expect(found).toEqual(['', 'closed', 'closed/shut', 'closed/theirs']);
  });

  it('finds nothing writable in a tree that the account cannot reach, and everything unwritable', async () => {
    const place = plant();
    const closed = join(place, 'closed');
    expect(await matching(closed, writable(true))).toEqual([]);
    expect(await matching(closed, writable(false))).toEqual(['', 'deep', 'deep/all', 'shut', 'theirs']);
  });
});
