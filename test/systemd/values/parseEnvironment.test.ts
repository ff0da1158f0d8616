import { describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../../src/systemd/values/parseEnvironment.js';

describe('parseEnvironment', () => {
  it('reads several variables of one line, quoted as a whole or in part', () => {
    const value = `A=1 "B=x y" 'C=$z' D="q r"s E=`;
    expect(
      parseEnvironment(value).map(({ name, value: content, start, end }) => [name, content, value.slice(start, end)]),
    ).toEqual([
      ['A', '1', 'A=1'],
      ['B', 'x y', '"B=x y"'],
      ['C', '$z', "'C=$z'"],
      ['D', 'q rs', 'D="q r"s'],
      ['E', '', 'E='],
    ]);
  });

  it('leaves out what systemd ignores: no assignment, a bad name, a code point that is no character', () => {
    expect(parseEnvironment('x 1A=b =c A-B=d "E=\\uffff" F=ok').map(({ name }) => name)).toEqual(['F']);
  });

  it('takes control characters for a part of the value, as systemd does', () => {
    expect(parseEnvironment('A=\\x1b[0m').map(({ value }) => value)).toEqual(['\u001b[0m']);
  });

  it('drops the rest of the line from an unbalanced quote or an unknown escape on', () => {
    expect(parseEnvironment('A=1 "B=2 C=3').map(({ name }) => name)).toEqual(['A']);
    expect(parseEnvironment('A=1 B=\\q C=3').map(({ name }) => name)).toEqual(['A']);
  });

  it('leaves specifiers as they stand', () => {
    expect(parseEnvironment('A=%h/%%x')[0]?.value).toBe('%h/%%x');
  });
});
