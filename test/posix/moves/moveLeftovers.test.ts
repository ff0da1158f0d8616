// @module-tag linux
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { moveLeftovers } from '../../../src/posix/moves/moveLeftovers.js';
import { freshPlace } from '../support/place.js';

describe('moveLeftovers', () => {
  it('lists what killed moves left beside both names, nothing that only has such a name, and changes nothing', async () => {
    const place = freshPlace();
    for (const name of ['old', 'new']) mkdirSync(join(place, name));
    const [from, to] = [join(place, 'old/.state'), join(place, 'new/.state')];
    expect((await moveLeftovers(from, to))._unsafeUnwrap()).toEqual([]);
    const left = ['old/..state.wca-4194305-0123456789ab', 'new/..state.wca-4194304-0123456789ab'];
    const others = [`..state.wca-${process.pid}-0123456789ab`, '..other.wca-4194304-0123456789ab', '.state'];
    for (const name of [...left, ...others.map((other) => `new/${other}`)])
      mkdirSync(join(place, name), { mode: 0o700 });
    mkdirSync(join(place, 'old/..state.wca-4194306-0123456789ab'), { mode: 0o755 });
    expect((await moveLeftovers(from, to))._unsafeUnwrap()).toEqual(left.map((name) => join(place, name)));
    expect(readdirSync(join(place, 'new'))).toHaveLength(4);
  });

  it('says with the errno when a directory above is not there', async () => {
    const place = freshPlace();
    const error = (await moveLeftovers(join(place, 'none/x'), join(place, 'x')))._unsafeUnwrapErr();
    expect(error).toMatchObject({ code: 'IO', errno: 'ENOENT' });
  });
});
