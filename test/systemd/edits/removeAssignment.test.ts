import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { removeAssignment } from '../../../src/systemd/edits/removeAssignment.js';

describe('removeAssignment', () => {
  it('takes its own lines and nothing else', () => {
    const unit = parseUnit('[A]\n# before\nB=1 \\\n# inside\n  2\n# behind\n');
    const first = unit.assignments[0];
    expect.assert(first !== undefined);
    expect(applyEdits(unit, removeAssignment(unit, first)).bytes.toString()).toBe(
      '[A]\n# before\n# inside\n# behind\n',
    );
  });
});
