import { describe, expect, it } from 'vitest';
import { linesOfAssignment } from '../../../src/systemd/document/linesOfAssignment.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';

describe('linesOfAssignment', () => {
  it('tells text, comments and the blank line at the end apart', () => {
    const unit = parseUnit('[A]\r\nB=1 \\\r\n# c\r\n 2\\\r\n\r\nC=3\r\n');
    const first = unit.assignments[0];
    expect.assert(first !== undefined);
    const lines = linesOfAssignment(unit, first);
    expect(lines.map(({ kind, continued }) => [kind, continued])).toEqual([
      ['text', true],
      ['comment', false],
      ['text', true],
      ['blank', false],
    ]);
    expect(lines.map(({ start, contentEnd }) => unit.bytes.toString('utf8', start, contentEnd))).toEqual([
      'B=1 \\',
      '# c',
      ' 2\\',
      '',
    ]);
  });
});
