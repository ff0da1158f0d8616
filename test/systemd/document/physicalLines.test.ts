import { describe, expect, it } from 'vitest';
import { isComment, isContinued, physicalLineAt } from '../../../src/systemd/document/physicalLines.js';

/** The lines of a text, each with its end-of-line behind a bar. */
function cut(text: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length;) {
    const { start, contentEnd, end } = physicalLineAt(text, at);
    lines.push(`${text.slice(start, contentEnd)}|${text.slice(contentEnd, end)}`);
    at = end;
  }
  return lines;
}

describe('physicalLineAt', () => {
  it.each([
    ['a\nb', ['a|\n', 'b|']],
    ['a\r\nb\n', ['a|\r\n', 'b|\n']],
    ['a\n\rb', ['a|\n\r', 'b|']],
    ['a\n\r\nb', ['a|\n\r', '|\n', 'b|']],
    ['a\n\nb', ['a|\n', '|\n', 'b|']],
    ['a\rb', ['a|\r', 'b|']],
    ['a\0b', ['a|\0', 'b|']],
    ['a\r\n\0b', ['a|\r\n\0', 'b|']],
    ['a\0\nb', ['a|\0', '|\n', 'b|']],
    ['a\0\0b', ['a|\0', '|\0', 'b|']],
  ])('cuts %j as systemd does', (text, lines) => {
    expect(cut(text)).toEqual(lines);
  });
});

describe('isComment', () => {
  it('knows # and ; behind blanks, and nothing else', () => {
    const judge = (text: string): boolean => isComment(text, physicalLineAt(text, 0));
    expect(['#', ' \t;x', '# a\\'].map(judge)).toEqual([true, true, true]);
    expect(['', ' ', 'a#', '\u00ef\u00bb\u00bf#', '\f#'].map(judge)).toEqual([false, false, false, false, false]);
  });
});

describe('isContinued', () => {
  it('counts the backslashes at the end', () => {
    const judge = (text: string): boolean => isContinued(text, physicalLineAt(text, 0));
    expect(['\\', 'a\\', 'a\\\\\\', 'a\\\r\n'].map(judge)).toEqual([true, true, true, true]);
    expect(['', 'a', 'a\\\\', 'a\\ '].map(judge)).toEqual([false, false, false, false]);
  });
});
