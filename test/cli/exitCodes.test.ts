import { expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exitCodes.js';

/** Scripts rely on them. */
it('are those of the documentation', () => {
  expect(EXIT).toEqual({
    done: 0,
    no: 1,
    changes: 2,
    usage: 64,
    refused: 65,
    notFound: 66,
    bug: 70,
    rolledBack: 73,
    rollbackIncomplete: 74,
    locked: 75,
    needsRoot: 77,
    stalePlan: 78,
  });
});
