// @module-tag linux
import { errAsync, okAsync } from 'neverthrow';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireHostLock } from '../../../src/posix/files/acquireHostLock.js';
import { withHostLock } from '../../../src/posix/files/withHostLock.js';
import { freshPlace } from '../support/place.js';

async function isFree(path: string): Promise<boolean> {
  const lock = await acquireHostLock(path);
  if (lock.isErr()) return false;
  return (await lock.value.release()).isOk();
}

describe('withHostLock', () => {
  it('holds the lock while it acts and answers what the act gives', async () => {
    const path = join(freshPlace(), 'lock');
    let free = true;
    const done = await withHostLock(path, () =>
      okAsync(null).map(async () => {
        free = await isFree(path);
        return 'done';
      }),
    );
    expect(done._unsafeUnwrap()).toBe('done');
    expect(free).toBe(false);
    expect(await isFree(path)).toBe(true);
  });

  it('gives the lock up when the act fails, and when it throws', async () => {
    const path = join(freshPlace(), 'lock');
    expect((await withHostLock(path, () => errAsync('no')))._unsafeUnwrapErr()).toBe('no');
    expect(await isFree(path)).toBe(true);
    const throwing = withHostLock(path, () => {
      throw new Error('a bug');
    });
    await expect(throwing).rejects.toThrow('a bug');
    expect(await isFree(path)).toBe(true);
  });

  it('does not act without the lock', async () => {
    const path = join(freshPlace(), 'lock');
    const lock = (await acquireHostLock(path))._unsafeUnwrap();
    let acted = false;
    const done = await withHostLock(path, () => {
      acted = true;
      return okAsync(null);
    });
    expect(done._unsafeUnwrapErr()).toMatchObject({ code: 'LOCKED' });
    expect(acted).toBe(false);
    expect(await lock.release()).toBeOk();
  });
});
