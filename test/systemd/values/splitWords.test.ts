// @module-tag systemd
// @module-tag slow
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords, wordAt } from '../../../src/systemd/values/splitWords.js';
import { askSystemd } from '../support/oracle.js';

function texts(value: string, relaxed = false): (string | null)[] {
  return splitWords(value, relaxed).words.map(({ text }) => text);
}

describe('splitWords', () => {
  it('takes quotes and escapes away, in the middle of a word as well', () => {
    expect(texts(`a "b c" 'd "e' f"g"h \\x41\\102\\u00e9\\s\\t`)).toEqual(['a', 'b c', 'd "e', 'fgh', 'ABé \t']);
  });

  it('gives empty words for empty quotes, and where each word stands', () => {
    const value = ` ''  "x y"`;
    const { words } = splitWords(value, false);
    expect(words.map(({ text, start, end }) => [text, value.slice(start, end)])).toEqual([
      ['', "''"],
      ['x y', '"x y"'],
    ]);
  });

  it('stops at an unbalanced quote and, unless relaxed, at an unknown escape', () => {
    expect(splitWords('a "b', false).fault).toEqual({ at: 2, kind: 'unbalanced-quote' });
    expect(splitWords('a \\q b', false)).toMatchObject({
      words: [{ text: 'a' }],
      fault: { at: 2, kind: 'unknown-escape' },
    });
    expect(texts('a \\q\\ b c\\', true)).toEqual(['a', '\\q\\ b', 'c\\']);
    expect(splitWords('"a\\', true).fault?.kind).toBe('unbalanced-quote');
  });

  it('gives null for escapes that are no UTF-8', () => {
    expect(texts('\\xff \\xc3\\xa9 \\ud800')).toEqual([null, 'é', null]);
    expect(splitWords('\\x00', false).fault?.kind).toBe('unknown-escape');
  });

  it('agrees with systemd on what the words of Environment= are', async () => {
    const pieces = [
      '1',
      'a',
      '=',
      ' ',
      '  ',
      '"',
      "'",
      '\\',
      '\\\\',
      '\\"',
      "\\'",
      '\\s',
      '\\x41',
      '\\102',
      '\\u00e9',
      '\\q',
      'é',
      '$',
      ';',
    ];
    const value = fc
      .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 })
      .map((some) => `1${some.join('')}`);
    const values = fc.sample(value, 300).map((one) => one.replace(/[\\ ]+$/, ''));
    const verdicts = await askSystemd(
      values.map((one) => Buffer.from(`[Service]\nExecStart=/bin/true\nEnvironment=${one}\n`)),
    );
    for (const [i, one] of values.entries()) {
      const { words, fault } = splitWords(one, false);
      const ours = words
        .filter(({ text }) => !/^[a-z_][a-z0-9_]*=/i.test(text ?? ''))
        .map(({ text }) => `Invalid environment assignment, ignoring: ${text ?? ''}`);
      if (fault !== null) ours.push(`Invalid syntax, ignoring: ${one}`);
      expect(
        verdicts[i]?.complaints.map(({ text }) => text),
        one,
      ).toEqual(ours);
    }
  });

  it('takes a time in proportion to the size', () => {
    for (const piece of ['a', '\\', '"', 'a ', '\\x41', '\\q']) {
      const started = performance.now();
      splitWords(piece.repeat(500_000), true);
      expect(performance.now() - started).toBeLessThan(5_000);
    }
  });
});

describe('wordAt', () => {
  it('reads the one word at a place', () => {
    expect(wordAt('x "a b" c', 2, false)).toEqual({ text: 'a b', start: 2, end: 7 });
  });
});
