import { describe, expect, it } from 'vitest';
import { ContinuedLine } from '../../../src/systemd/document/continuedLine.js';

describe('ContinuedLine', () => {
  it('joins its pieces and knows where in the file each character stands', () => {
    const line = new ContinuedLine(10, 3);
    line.add('A=b ', 10, 15, 3);
    line.add('  c', 40, 44, 6);
    const { source, offsetOf, start, end, line: first, lastLine } = line.joined();
    expect({ source, start, end, first, lastLine }).toEqual({
      source: 'A=b   c',
      start: 10,
      end: 44,
      first: 3,
      lastLine: 6,
    });
    expect([0, 3, 4, 6].map(offsetOf)).toEqual([10, 13, 40, 42]);
  });
});
