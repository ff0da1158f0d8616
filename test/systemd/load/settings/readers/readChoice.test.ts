import { expect, it } from 'vitest';
import { readChoice, readChoiceOrBoolean } from '../../../../../src/systemd/load/settings/readers/readChoice.js';
import { faultOf, readingOf } from '../../../support/readingOf.js';

const words = ['full', 'strict'];

it('takes the words as they are written, and no other', () => {
  const read = readChoice(words);
  expect(['full', 'strict', 'Full', 'ful', '', 'yes'].map((text) => readingOf(read, text))).toEqual([
    ['full'],
    ['strict'],
    'ignored',
    'ignored',
    'ignored',
    'ignored',
  ]);
  expect(faultOf(read, 'x')).toContain('full, strict');
});

it('takes booleans too where the key has them', () => {
  const read = readChoiceOrBoolean(words);
  expect(['full', 'On', '0', 'Full', ''].map((text) => readingOf(read, text))).toEqual([
    ['full'],
    ['On'],
    ['0'],
    'ignored',
    'ignored',
  ]);
});
