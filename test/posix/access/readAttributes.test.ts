// @module-tag linux
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { versionOf } from '../../../src/posix/access/knownVersions.js';
import { batchesOf, readAttributes } from '../../../src/posix/access/readAttributes.js';
import { freshPlace } from '../support/place.js';

describe('readAttributes', () => {
  it('gives what lsattr prints of files and directories themselves', async () => {
    const place = freshPlace();
    const paths = ['a', 'b c', '-d', 'é'].map((name) => join(place, name));
    for (const path of paths) writeFileSync(path, '');
    mkdirSync(join(place, 'directory'));
    writeFileSync(join(place, 'directory/inside'), '');
    const all = [...paths, join(place, 'directory')];
    const asked = await readAttributes(all.map((path) => ({ path: Buffer.from(path).toString('latin1') })));
    const said = execFileSync('lsattr', ['-d', '--', ...all], { encoding: 'utf8' })
      .trimEnd()
      .split('\n');
    const found = [...asked].map(([path, flags]) => `${flags} ${Buffer.from(path, 'latin1').toString('utf8')}`);
    expect(found.sort()).toEqual(said.sort());
  });

  it('leaves out a name of which it is not clear where it ends', async () => {
    const place = freshPlace();
    const paths = [join(place, 'a\nb'), join(place, '\u00ff')];
    for (const path of paths) writeFileSync(Buffer.from(path, 'latin1'), '');
    expect([...(await readAttributes(paths.map((path) => ({ path }))))]).toEqual([]);
  });

  it('asks again about what was changed, and only about that', async () => {
    const path = join(freshPlace(), 'file');
    writeFileSync(path, '');
    const asked = async (): Promise<string | undefined> => {
      const version = versionOf(lstatSync(path));
      return (await readAttributes([{ path, version }], { signal: AbortSignal.abort() })).get(path);
    };
    // Of a change within the last second there may be another of the same time.
    await vi.waitFor(() => expect(Date.now() - lstatSync(path).ctimeMs).toBeGreaterThan(1_000), { timeout: 20_000 });
    expect(await asked()).toBeUndefined();
    const [flags] = (await readAttributes([{ path, version: versionOf(lstatSync(path)) }])).values();
    expect(flags).toMatch(/^-/);
    expect(await asked()).toBe(flags);
    chmodSync(path, 0o600);
    expect(await asked()).toBeUndefined();
  });

  it('knows nothing once it is stopped', async () => {
    const signal = AbortSignal.abort();
    expect((await readAttributes([{ path: freshPlace() }], { signal })).size).toBe(0);
  });
});

describe('batchesOf', () => {
  it('keeps all paths in order, in groups that fit a command line', () => {
    const path = fc.nat(5000).map((length) => 'x'.repeat(length + 1));
    fc.assert(
      fc.property(fc.array(path, { maxLength: 100 }), (paths) => {
        const batches = batchesOf(paths);
        expect(batches.flat()).toEqual(paths);
        expect(batches.filter((batch) => batch.length === 0)).toEqual([]);
        for (const batch of batches) expect(batch.join(' ').length).toBeLessThanOrEqual(64 * 1024);
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  it('gives a path that is too long for any group one of its own', () => {
    const long = 'x'.repeat(100_000);
    expect(batchesOf(['a', long, 'b']).map((batch) => batch.length)).toEqual([1, 1, 1]);
  });
});
