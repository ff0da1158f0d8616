import { describe, expect, it } from 'vitest';
import { addDirective } from '../../../src/systemd/edits/addDirective.js';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';

function add(unit: string, key: string, value: string): string {
  const before = parseUnit(unit);
  return applyEdits(before, addDirective(before, 'Service', key, value)._unsafeUnwrap()).bytes.toString();
}

describe('addDirective', () => {
  it('adds a further assignment and leaves the others alone', () => {
    expect(add('[Service]\nExecStartPre=/a\n\n', 'ExecStartPre', '/b')).toBe(
      '[Service]\nExecStartPre=/a\nExecStartPre=/b\n\n',
    );
  });

  it('does not add what is in effect already', () => {
    expect(add('[Service]\nExecStartPre=/a\nX=1\n', 'ExecStartPre', '/a')).toBe('[Service]\nExecStartPre=/a\nX=1\n');
  });

  it('adds again what a later empty assignment took away', () => {
    expect(add('[Service]\nExecStart=/a\nExecStart=\n', 'ExecStart', '/a')).toBe(
      '[Service]\nExecStart=/a\nExecStart=\nExecStart=/a\n',
    );
  });
});
