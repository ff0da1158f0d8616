import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { invertEdits } from '../../../src/systemd/edits/invertEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';

describe('invertEdits', () => {
  it('leads back from any list of edits, also of bytes that are not UTF-8', () => {
    const edit = fc
      .record({ start: fc.nat(50), length: fc.nat(10), replacement: fc.uint8Array({ maxLength: 8 }) })
      .map(({ start, length, replacement }) => ({ start, end: start + length, replacement: Buffer.from(replacement) }));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 60, maxLength: 60 }), fc.array(edit, { maxLength: 6 }), (bytes, edits) => {
        const before = parseUnit(bytes);
        const after = applyEdits(before, edits);
        expect(applyEdits(after, invertEdits(before, edits)).bytes.equals(bytes)).toBe(true);
      }),
    );
  });
});
