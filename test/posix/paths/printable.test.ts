import { describe, expect, it } from 'vitest';
import {
  firstFew,
  printableJson,
  printableLines,
  printablePath,
  printableText,
} from '../../../src/posix/paths/printable.js';

describe('printablePath', () => {
  it('escapes control characters, direction marks and bytes that are not UTF-8, and keeps other text', () => {
    expect(printablePath('/srv/größe')).toBe('/srv/größe');
    expect(printablePath('/a\n\u001b[31m')).toBe('/a\\x0a\\x1b[31m');
    expect(printablePath('/a\u202eb')).toBe('/a\\xe2\\x80\\xaeb');
    expect(printablePath(Buffer.from([0x61, 0xff, 0x0a]))).toBe('a\\xff\\x0a');
  });

  it('prints no two paths alike: a backslash is doubled', () => {
    expect(printablePath('a\\x0a')).not.toBe(printablePath('a\n'));
  });
});

describe('printableText', () => {
  it.each([
    ['a soft hyphen', '\u00ad', '\\xc2\\xad'],
    ['an Arabic letter mark', '\u061c', '\\xd8\\x9c'],
    ['a zero-width space', '\u200b', '\\xe2\\x80\\x8b'],
    ['a word joiner', '\u2060', '\\xe2\\x81\\xa0'],
    ['a line separator', '\u2028', '\\xe2\\x80\\xa8'],
    ['a Hangul filler', '\u3164', '\\xe3\\x85\\xa4'],
    ['a variation selector', '\ufe0f', '\\xef\\xb8\\x8f'],
    ['a byte order mark', '\ufeff', '\\xef\\xbb\\xbf'],
    ['a tag of plane 14', '\u{e0041}', '\\xf3\\xa0\\x81\\x81'],
    ['the CSI of C1', '\u009b', '\\xc2\\x9b'],
  ])('escapes %s', (_, character, escaped) => {
    expect(printableText(`a${character}b`)).toBe(`a${escaped}b`);
  });

  it('keeps what is escaped already, and letters of any script', () => {
    for (const text of ['/a\\x0a', 'größe', '日本', 'مرحبا', '😀', 'e\u0301']) expect(printableText(text)).toBe(text);
  });

  it('escapes half of a surrogate pair as what is written in its place', () => {
    expect(printableText('a\ud800b')).toBe('a\\xef\\xbf\\xbdb');
  });
});

describe('printableLines', () => {
  it('escapes what could steer a terminal, and keeps tabs, lines and other letters', () => {
    expect(printableLines(Buffer.from('a\tb\n\u001b[31mé\u202e\r\n'))).toBe('a\tb\n\\x1b[31mé\\xe2\\x80\\xae\\x0d\n');
    expect(printableLines('a\tb\n\u001b[31mé\r\n')).toBe('a\tb\n\\x1b[31mé\\x0d\n');
  });

  it('escapes the bytes of a line that is not UTF-8, and of that line only', () => {
    expect(printableLines(Buffer.from('é\n\xff\xe9\n', 'latin1'))).toBe('\\xe9\n\\xff\\xe9\n');
    expect(printableLines(Buffer.concat([Buffer.from('é\n'), Buffer.from([0xff])]))).toBe('é\n\\xff');
  });
});

describe('printableJson', () => {
  it('writes what a terminal would obey in the escapes of JSON, and means the same', () => {
    const value = { 'a\u009b': ['\u001b[2J', '\u202e', '\u{e0041}', '\u007f', 'größe'] };
    const text = printableJson(value);
    expect(text).toBe('{"a\\u009b":["\\u001b[2J","\\u202e","\\udb40\\udc41","\\u007f","größe"]}');
    expect(JSON.parse(text)).toEqual(value);
  });

  it('keeps the lines of an indented document', () => {
    expect(printableJson({ a: 1 }, 2)).toBe('{\n  "a": 1\n}');
  });
});

describe('firstFew', () => {
  it('counts the texts that it leaves out, where there are any', () => {
    expect(firstFew([], 2)).toBe('');
    expect(firstFew(['a', 'b'], 2)).toBe('a, b');
    expect(firstFew(['a', 'b', 'c', 'd'], 2, '; ')).toBe('a; b and 2 more');
  });
});
