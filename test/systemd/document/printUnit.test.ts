import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { printUnit } from '../../../src/systemd/document/printUnit.js';
import { oddUnit } from '../support/arbitraries.js';
import { generatedUnits, wrongIn } from '../support/generatedUnits.js';

describe('printUnit', () => {
  it('gives back any bytes exactly', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), oddUnit), (bytes) => {
        expect(printUnit(parseUnit(bytes)).equals(bytes)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('accounts for every byte: what lies outside assignments and headers is blank, comment or a listed problem', () => {
    fc.assert(
      fc.property(oddUnit, (bytes) => {
        const unit = parseUnit(bytes);
        let rest = '';
        let done = 0;
        for (const { start, end } of [...unit.assignments, ...unit.sections].sort((a, b) => a.start - b.start)) {
          expect(start).toBeGreaterThanOrEqual(done);
          rest += bytes.toString('latin1', done, start);
          done = end;
        }
        rest += bytes.toString('latin1', done);
        const meaningful = rest
          .split(/[\n\r\0]+/)
          .filter((line) => !/^[ \t\\]*(?:[#;].*)?$/.test(line.replaceAll('\u00ef\u00bb\u00bf', '')));
        expect(meaningful.length).toBeLessThanOrEqual(unit.problems.length * 4);
        if (unit.problems.length === 0) expect(meaningful).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back the bytes of many files, also after an edit and its inverse', () => {
    let edited = 0;
    for (const unit of generatedUnits(10_000)) {
      const { wrong, edited: safe } = wrongIn(unit);
      expect(wrong, JSON.stringify(unit.toString('latin1'))).toBeNull();
      if (safe) edited += 1;
    }
    expect(edited).toBeGreaterThan(4_000);
  });
});
