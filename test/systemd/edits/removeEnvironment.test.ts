import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { removeEnvironment } from '../../../src/systemd/edits/removeEnvironment.js';

function remove(unit: string, name: string): string {
  const before = parseUnit(unit);
  return applyEdits(before, removeEnvironment(before, name)._unsafeUnwrap()).bytes.toString();
}

describe('removeEnvironment', () => {
  it('takes a variable from lines with several, everywhere it is in effect', () => {
    expect(remove('[Service]\nEnvironment=A=1 X=2 "B=3"\nEnvironment=X=4 C=5 X=6\n', 'X')).toBe(
      '[Service]\nEnvironment=A=1 "B=3"\nEnvironment=C=5\n',
    );
  });

  it('removes a line of which nothing is left, since an empty one would reset the others', () => {
    expect(remove('[Service]\nEnvironment=A=1\nEnvironment=X=2\n', 'X')).toBe('[Service]\nEnvironment=A=1\n');
  });

  it('leaves dead lines and other names alone', () => {
    const unit = '[Service]\nEnvironment=X=1\nEnvironment=\nEnvironment=XY=2\n';
    expect(remove(unit, 'X')).toBe(unit);
  });
});
