// @module-tag root
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countOwned } from '../../../src/posix/search/countOwned.js';
import { freshPlace } from '../support/place.js';
import { seeded } from '../support/random.js';
import { file, randomTree, snapshot } from '../support/trees.js';

describe('countOwned', () => {
  it('counts what a look at every entry counts', async () => {
    const root = freshPlace();
    randomTree(root, seeded(3), 200);
    file(join(root, 'one\ntwo\nthree'));
    const roots = [...snapshot(root).values()].filter((seen) => seen.startsWith('0:')).length;
    const counted = await countOwned(root, { by: 0 });
    expect(counted).toBeOk(roots);
  });
});
