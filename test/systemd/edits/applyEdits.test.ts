import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';

const unit = parseUnit('0123456789');

function edit(start: number, end: number, text: string): { start: number; end: number; replacement: Buffer } {
  return { start, end, replacement: Buffer.from(text) };
}

describe('applyEdits', () => {
  it('applies edits in the order of their places, whatever their order in the list', () => {
    expect(applyEdits(unit, [edit(8, 9, 'B'), edit(0, 2, 'A'), edit(5, 5, '+')]).bytes.toString()).toBe('A234+567B9');
  });

  it('lets an overlapping edit begin where the earlier one ends', () => {
    expect(applyEdits(unit, [edit(2, 6, 'A'), edit(4, 8, 'B')]).bytes.toString()).toBe('01AB89');
  });
});
