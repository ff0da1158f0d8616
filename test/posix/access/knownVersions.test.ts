import { expect, test } from 'vitest';
import { KnownVersions } from '../../../src/posix/access/knownVersions.js';

const version = { device: 1, inode: 2, changedMs: Date.now() - 60_000 };

test('what was read of a version is known of that version alone', () => {
  const known = new KnownVersions<string>();
  known.set(version, 'read');
  expect(known.get({ ...version })).toBe('read');
  for (const other of [{ device: 9 }, { inode: 9 }, { changedMs: version.changedMs + 1 }])
    expect(known.get({ ...version, ...other })).toBeUndefined();
});

test('nothing is known without a version, nor of one from a moment ago, which a later change may share', () => {
  const known = new KnownVersions<string>();
  // Some file systems keep full seconds.
  const second = Math.ceil(Date.now() / 1_000) * 1_000;
  const recent = [Date.now() + 1.5, second].map((changedMs) => ({ ...version, changedMs }));
  for (const one of [undefined, ...recent]) known.set(one, 'read');
  expect([undefined, ...recent].map((one) => known.get(one))).toEqual([undefined, undefined, undefined]);
});
