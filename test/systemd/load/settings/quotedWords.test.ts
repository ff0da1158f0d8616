import { expect, it } from 'vitest';
import { quotedWords } from '../../../../src/systemd/load/settings/quotedWords.js';

it.each([
  ['a  b', ['a', 'b']],
  ['"a b" \'c d\'', ['a b', 'c d']],
  ['a"b c"d', ['ab cd']],
  ['a\\ b \\n', ['a b', 'n']],
  ['""', ['']],
  ['', []],
])('reads %j as %j', (text, words) => {
  expect(quotedWords(text)).toEqual({ words, fault: null });
});

it('drops the word with a quote that is not closed', () => {
  const { words, fault } = quotedWords('a "b c');
  expect(words).toEqual(['a']);
  expect(fault).toContain('a quote is not closed');
});
