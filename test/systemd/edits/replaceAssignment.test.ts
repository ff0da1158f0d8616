import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { replaceAssignment } from '../../../src/systemd/edits/replaceAssignment.js';

function replace(unit: string, value: string): string {
  const before = parseUnit(unit);
  const first = before.assignments[0];
  if (first === undefined) return 'no assignment';
  return applyEdits(before, replaceAssignment(before, first, value)._unsafeUnwrap()).bytes.toString();
}

describe('replaceAssignment', () => {
  it('edits the value and keeps everything around it', () => {
    expect(replace('[A]\n  Key \t=\t old  \r\n', 'new')).toBe('[A]\n  Key \t=\t new  \r\n');
    expect(replace('[A]\nKey=\n', 'new')).toBe('[A]\nKey=new\n');
    expect(replace('[A]\nKey = \n', 'new')).toBe('[A]\nKey = new\n');
    expect(replace('[A]\nKey=old', '')).toBe('[A]\nKey=');
  });

  it('edits single words of a continued value where they stand, comments included', () => {
    expect(
      replace('[A]\nExecStart=/root/x \\\n  # /root\n  --dir /root/.y \\\n\t--z\n', '/home/x    --dir /home/.y  \t--z'),
    ).toBe('[A]\nExecStart=/home/x \\\n  # /root\n  --dir /home/.y \\\n\t--z\n');
  });

  it('puts any other new value on one line and keeps the comments behind it', () => {
    expect(replace('[A]\nKey = a \\\n# c\n  b \\\n; d\n  c\nB=1\n', 'new')).toBe('[A]\nKey = new\n# c\n; d\nB=1\n');
    expect(replace('[A]\nKey=\\\n  a b\nB=1\n', 'new')).toBe('[A]\nKey=new\nB=1\n');
  });

  it('does not let a new word turn a continued line into a comment', () => {
    for (const word of ['#b', ';b', '\ufeffb', 'b\\\\']) {
      const after = parseUnit(replace('[A]\nKey=a\\\nb\\\nc\nB=1\n', `a ${word} c`));
      expect(after.assignments.map(({ value }) => value)).toEqual([`a ${word} c`, '1']);
    }
  });

  it('keeps a missing newline at the end of the file missing', () => {
    expect(replace('[A]\nKey=a \\\n  b c', 'new')).toBe('[A]\nKey=new');
    expect(replace('[A]\nKey=a\\', 'new x')).toBe('[A]\nKey=new x');
  });

  it('refuses an assignment of another document', () => {
    const stale = parseUnit('[A]\nKey=other\n').assignments[0];
    expect.assert(stale !== undefined);
    expect(replaceAssignment(parseUnit('[A]\nKey=old\n'), stale, 'x')._unsafeUnwrapErr()).toMatchObject({
      code: 'ASSIGNMENT_NOT_IN_DOCUMENT',
      key: 'Key',
      line: 2,
    });
  });
});
