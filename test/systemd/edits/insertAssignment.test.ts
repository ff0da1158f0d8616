import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { insertAssignment } from '../../../src/systemd/edits/insertAssignment.js';

function insert(text: string, section: string): string {
  const unit = parseUnit(text);
  return applyEdits(unit, [insertAssignment(unit, section, 'K', 'v')]).bytes.toString();
}

describe('insertAssignment', () => {
  it('puts the line behind the body of the section, before the blank lines that follow', () => {
    expect(insert('[A]\nB=1\n\n[C]\n', 'A')).toBe('[A]\nB=1\nK=v\n\n[C]\n');
    expect(insert('[A]\n\n[C]\n', 'A')).toBe('[A]\nK=v\n\n[C]\n');
    expect(insert('[A]\nB=1\\\n\n\n[C]\n', 'A')).toBe('[A]\nB=1\\\n\nK=v\n\n[C]\n');
  });

  it('does not add a second blank line before a new section', () => {
    expect(insert('[A]\nB=1\n\n', 'C')).toBe('[A]\nB=1\n\n[C]\nK=v\n');
    expect(insert('[A]\r\nB=1\r\n \r\n', 'C')).toBe('[A]\r\nB=1\r\n \r\n[C]\r\nK=v\r\n');
  });
});
