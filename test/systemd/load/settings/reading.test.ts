import { err, ok } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { eachWord, valid } from '../../../../src/systemd/load/settings/reading.js';

describe('valid', () => {
  const read = valid('digit', (text) => /^\d$/.test(text));

  it('takes what is right as it stands', () => {
    expect(read('7', new Map())).toEqual({ kind: 'values', values: ['7'], dropped: [] });
  });

  it('ignores what is wrong, an empty text too, and says what was expected', () => {
    expect(read('x', new Map())).toEqual({ kind: 'ignored', reason: 'it is not a digit' });
    expect(read('', new Map()).kind).toBe('ignored');
  });
});

describe('eachWord', () => {
  const upper = (word: string) => (word === 'bad' ? err('a word is bad') : ok(word.toUpperCase()));

  it('keeps the words that are right, in order, and says why the others are dropped', () => {
    expect(eachWord(['a', 'bad', 'b'], upper, null)).toEqual({
      kind: 'values',
      values: ['A', 'B'],
      dropped: ['a word is bad'],
    });
  });

  it('adds what is wrong with the text behind its last word', () => {
    expect(eachWord(['bad'], upper, 'a quote is not closed')).toEqual({
      kind: 'values',
      values: [],
      dropped: ['a word is bad', 'a quote is not closed'],
    });
  });
});
