import { describe, expect, it } from 'vitest';
import { addSection } from '../../../src/systemd/edits/addSection.js';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';

function add(unit: string, section: string): string {
  const before = parseUnit(unit);
  return applyEdits(before, addSection(before, section)._unsafeUnwrap()).bytes.toString();
}

describe('addSection', () => {
  it('adds an empty section behind a blank line, with the line ends and the last newline of the file', () => {
    expect(add('[Unit]\nA=1\n', 'Install')).toBe('[Unit]\nA=1\n\n[Install]\n');
    expect(add('[Unit]\r\nA=1\r\n\r\n', 'Install')).toBe('[Unit]\r\nA=1\r\n\r\n[Install]\r\n');
    expect(add('[Unit]\nA=1', 'Install')).toBe('[Unit]\nA=1\n\n[Install]');
    expect(add('', 'Install')).toBe('[Install]\n');
    expect(add('[Unit]\nA=1\\', 'Install')).toBe('[Unit]\nA=1\\\n\n[Install]');
  });

  it('changes nothing where the section is there, in exactly this spelling', () => {
    expect(addSection(parseUnit('[Install]\n'), 'Install')._unsafeUnwrap()).toEqual([]);
    expect(add('[install]\n', 'Install')).toBe('[install]\n\n[Install]\n');
  });

  it('refuses a name that is none, and a file that is not safe to edit', () => {
    expect(addSection(parseUnit(''), 'In]stall')._unsafeUnwrapErr().code).toBe('INVALID_UNIT_KEY');
    expect(addSection(parseUnit('[A\n'), 'Install')._unsafeUnwrapErr().code).toBe('UNIT_NOT_EDITABLE');
  });
});
