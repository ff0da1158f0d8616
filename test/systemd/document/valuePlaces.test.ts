import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { valuePlaces } from '../../../src/systemd/document/valuePlaces.js';

/** For each byte of the first value, the byte of the file it stands at (a blank for a joining backslash) and its line. */
function placesOf(text: string): readonly string[] {
  const document = parseUnit(text);
  const [assignment] = document.assignments;
  if (assignment === undefined) throw new Error('no assignment');
  const placeOf = valuePlaces(document, assignment);
  return Array.from(Buffer.from(assignment.value), (_, byte) => {
    const { offset, line } = placeOf(byte);
    return `${document.bytes.toString('latin1', offset, offset + 1)}${line}`;
  });
}

describe('valuePlaces', () => {
  it('finds each byte of a value on one line', () => {
    expect(placesOf('[Service]\nA= xyz \n')).toEqual(['x0', 'y0', 'z0']);
  });

  it('counts bytes, not characters', () => {
    expect(placesOf('[Service]\nA=éz\n')).toEqual(['\u00c30', '\u00a90', 'z0']);
  });

  it('finds bytes of a continued value in its lines, the joining blank being the backslash', () => {
    expect(placesOf('[Service]\nA=x\\\nyz\\\n w\n')).toEqual(['x0', '\\0', 'y1', 'z1', '\\1', ' 2', 'w2']);
  });

  it('passes over comments between the lines, without counting them', () => {
    expect(placesOf('[Service]\nA=x\\\n# note\\\n; more\ny\n')).toEqual(['x0', '\\0', 'y1']);
  });

  it('counts the lines of the value, which may begin below its key', () => {
    expect(placesOf('[Service]\nA=\\\n  x\\\ny\n')).toEqual(['x0', '\\0', 'y1']);
  });

  it('gives the end of the value behind its last byte', () => {
    const document = parseUnit('[Service]\nA=xy\n');
    const [assignment] = document.assignments;
    if (assignment === undefined) throw new Error('no assignment');
    expect(valuePlaces(document, assignment)(2).offset).toBe(assignment.valueEnd);
  });

  it('gives the end of an empty value', () => {
    const document = parseUnit('[Service]\nA=\n');
    const [assignment] = document.assignments;
    if (assignment === undefined) throw new Error('no assignment');
    expect(valuePlaces(document, assignment)(0)).toEqual({ offset: assignment.valueEnd, line: 0 });
  });
});
