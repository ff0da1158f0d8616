// @module-tag systemd
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeExpansion } from '../../../src/systemd/values/escapeExpansion.js';
import { quoteWord, requoted } from '../../../src/systemd/values/quoteWord.js';
import { oddText } from '../support/arbitraries.js';
import { loadUnits } from '../support/loadedUnits.js';

function word(text: string): string {
  return quoteWord(text)._unsafeUnwrap();
}

describe('quoteWord', () => {
  it.each([
    ['/usr/bin/kimaki', '/usr/bin/kimaki'],
    ['', '""'],
    ['a b', '"a b"'],
    ['#a', '"#a"'],
    [';', '";"'],
    ['a#;b', 'a#;b'],
    [`it's`, `"it's"`],
    ['say "x"', '"say \\"x\\""'],
    ['a\\b', '"a\\\\b"'],
    ['a\nb\tc\r\u001b\u007f', '"a\\nb\\tc\\r\\x1b\\x7f"'],
    ['100% $HOME', '"100% $HOME"'],
    ['\ufeffa', '"\ufeffa"'],
  ])('writes %j as %s', (text, expected) => {
    expect(word(text)).toBe(expected);
  });

  it('refuses what no word can hold', () => {
    for (const text of ['a\0b', '\ud800', '\uffff', '\ufdd0']) {
      expect(quoteWord(text)._unsafeUnwrapErr().code).toBe('INVALID_UNIT_VALUE');
    }
  });

  it('keeps the quotes of the word before where they serve', () => {
    expect(requoted('a', '"b"')).toBe('"a"');
    expect(requoted('a"', "'b'")).toBe(`'a"'`);
    expect(requoted("a'", "'b'")).toBe(`"a'"`);
    expect(requoted('a', `"b"'c'`)).toBe('a');
  });

  it('is read back by systemd as this very text, in Environment= and in commands', async () => {
    const texts = fc.sample(oddText, 400);
    const units = await loadUnits(
      texts.map((text) => {
        const variable = word(escapeExpansion(`A=${text}`, 'environment'));
        const argument = word(escapeExpansion(text, 'environment'));
        return Buffer.from(
          `[Service]\nEnvironment=B=1 ${variable} C=2\nExecStart=/bin/echo x ${argument} y\nEnvironment=\\\n${variable}\n`,
        );
      }),
    );
    for (const [index, text] of texts.entries()) {
      const { loads, complaints, commands, properties } = units[index] ?? expect.fail();
      expect({ loads, complaints }, JSON.stringify(text)).toEqual({ loads: true, complaints: [] });
      expect(commands, JSON.stringify(text)).toEqual([['/bin/echo', 'x', text, 'y']]);
      expect(properties.get('Environment'), JSON.stringify(text)).toEqual(['B=1', `A=${text}`, 'C=2']);
    }
  });
});
