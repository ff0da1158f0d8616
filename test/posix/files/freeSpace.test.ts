// @module-tag root
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freeSpace } from '../../../src/posix/files/freeSpace.js';
import { freshPlace, mount } from '../support/place.js';

describe('freeSpace', () => {
  it('knows how many bytes and inodes a filesystem has left', async () => {
    const place = freshPlace();
    mount(place, '-t', 'tmpfs', '-o', 'size=1m,nr_inodes=20', 'none');
    const before = (await freeSpace(place))._unsafeUnwrap();
    expect(before.bytes).toBe(1024 * 1024);
    writeFileSync(join(place, 'file'), Buffer.alloc(500_000));
    const after = (await freeSpace(join(place, 'file')))._unsafeUnwrap();
    expect(before.bytes - after.bytes).toBe(Math.ceil(500_000 / 4096) * 4096);
    expect((before.inodes ?? 0) - (after.inodes ?? 0)).toBe(1);
  });

  it('tells a relative and a missing path apart', async () => {
    expect((await freeSpace('tmp'))._unsafeUnwrapErr().code).toBe('RELATIVE_PATH');
    expect((await freeSpace(join(freshPlace(), 'none')))._unsafeUnwrapErr().code).toBe('NOT_FOUND');
  });
});
