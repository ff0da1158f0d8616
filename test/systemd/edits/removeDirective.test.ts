import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { removeDirective } from '../../../src/systemd/edits/removeDirective.js';

function remove(unit: string, key: string): string {
  const before = parseUnit(unit);
  return applyEdits(before, removeDirective(before, 'Service', key)._unsafeUnwrap()).bytes.toString();
}

describe('removeDirective', () => {
  it('removes every assignment of the key in the section and nothing else', () => {
    expect(remove('[Service]\nGroup=a\n# c\n\nGroup=b\nUser=x\n[Unit]\nGroup=c\n', 'Group')).toBe(
      '[Service]\n# c\n\nUser=x\n[Unit]\nGroup=c\n',
    );
  });

  it('keeps a comment inside the value, and the blank line that ended it', () => {
    expect(remove('[Service]\nExecStart=/a \\\n# why\n  --b \\\n\nUser=x\n', 'ExecStart')).toBe(
      '[Service]\n# why\n\nUser=x\n',
    );
  });

  it('gives no edits for a key that is not there', () => {
    expect(removeDirective(parseUnit('[Service]\n'), 'Service', 'User')._unsafeUnwrap()).toEqual([]);
  });
});
