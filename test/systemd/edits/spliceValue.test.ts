import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { spliceValue } from '../../../src/systemd/edits/spliceValue.js';
import type { Splice } from '../../../src/systemd/edits/spliceValue.js';

/** The file after its first value has been changed. */
function spliced(text: string, splices: readonly Splice[]): string {
  const document = parseUnit(text);
  const [assignment] = document.assignments;
  if (assignment === undefined) throw new Error('no assignment');
  const edits = spliceValue(document, assignment, splices)._unsafeUnwrap();
  return applyEdits(document, edits).bytes.toString();
}

describe('spliceValue', () => {
  it('changes pieces where they stand, and nothing else', () => {
    const text = '[Service]\nExecStart=/bin/a --x 1 --y 2\n';
    expect(
      spliced(text, [
        { start: 7, end: 10, text: '--long' },
        { start: 13, end: 16, text: '' },
      ]),
    ).toBe('[Service]\nExecStart=/bin/a --long 1  2\n');
  });

  it('inserts behind what stands before', () => {
    expect(spliced('[Service]\nA=xy\n', [{ start: 1, end: 1, text: '-' }])).toBe('[Service]\nA=x-y\n');
    expect(spliced('[Service]\nA=xy\n', [{ start: 2, end: 2, text: '-' }])).toBe('[Service]\nA=xy-\n');
  });

  it('keeps the lines of a continued value', () => {
    const text = '[Service]\nA=one \\\n  # note\n  two \\\n  three\n';
    const at = 'one    two    three'.indexOf('two');
    expect(spliced(text, [{ start: at, end: at + 3, text: 'zwei' }])).toBe(text.replace('two', 'zwei'));
  });

  it('puts the value on one line where a piece lies on several', () => {
    const changed = spliced('[Service]\nA=one\\\ntwo\n', [{ start: 1, end: 5, text: '' }]);
    expect(parseUnit(changed).assignments.map(({ value }) => value)).toEqual(['owo']);
  });

  it('counts characters outside of ASCII as one each', () => {
    expect(spliced('[Service]\nA=éé x\n', [{ start: 3, end: 4, text: 'y' }])).toBe('[Service]\nA=éé y\n');
  });
});
