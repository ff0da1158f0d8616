import { describe, expect, it } from 'vitest';
import { printableLines } from '../../../src/systemd/secrets/printableLines.js';

describe('printableLines', () => {
  it('escapes what could steer a terminal, and keeps tabs, lines and other letters', () => {
    expect(printableLines(Buffer.from('a\tb\n\u001b[31mé\u202e\r\n'))).toBe('a\tb\n\\x1b[31mé\\xe2\\x80\\xae\\x0d\n');
  });

  it('escapes the bytes of a line that is not UTF-8, and of that line only', () => {
    expect(printableLines(Buffer.from('é\n\xff\xe9\n', 'latin1'))).toBe('\\xe9\n\\xff\\xe9\n');
    expect(printableLines(Buffer.concat([Buffer.from('é\n'), Buffer.from([0xff])]))).toBe('é\n\\xff');
  });
});
