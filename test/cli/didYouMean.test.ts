import { expect, test } from 'vitest';
import { didYouMean } from '../../src/cli/didYouMean.js';

const KNOWN = ['plan', 'apply', 'rollback'];

test.each([
  ['plna', '; did you mean plan?'],
  ['aply', '; did you mean apply?'],
  ['roll-back', '; did you mean rollback?'],
  ['x', ''],
  ['delete', ''],
  ['p'.repeat(5000), ''],
])('%s → %s', (word, says) => {
  expect(didYouMean(word, KNOWN)).toBe(says);
});

test('asks nothing where nothing is known', () => {
  expect(didYouMean('plan', [])).toBe('');
});
