import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDirective } from '../../../src/systemd/edits/addDirective.js';
import { applyEdits } from '../../../src/systemd/edits/applyEdits.js';
import { invertEdits } from '../../../src/systemd/edits/invertEdits.js';
import { parseUnit } from '../../../src/systemd/document/parseUnit.js';
import { removeDirective } from '../../../src/systemd/edits/removeDirective.js';
import { removeEnvironment } from '../../../src/systemd/edits/removeEnvironment.js';
import { replaceAssignment } from '../../../src/systemd/edits/replaceAssignment.js';
import { setDirective } from '../../../src/systemd/edits/setDirective.js';
import { setEnvironment } from '../../../src/systemd/edits/setEnvironment.js';
import { unitValues } from '../../../src/systemd/document/unitValues.js';
import type { Edit, UnitEditError } from '../../../src/systemd/document/unitEdit.js';
import type { UnitDocument } from '../../../src/systemd/document/unitDocument.js';
import type { Result } from 'neverthrow';
import { fitValue, oddUnit, plainUnit } from '../support/arbitraries.js';

type Operation = (unit: UnitDocument) => Result<readonly Edit[], UnitEditError>;

/** Section, key and value of everything that assigns, for comparing what systemd would see. */
function meaning(unit: UnitDocument): string[] {
  return unit.assignments.map(({ section, key, value }) => `[${section}] ${key}=${value}`);
}

/** The comment lines, by their bytes; also those inside continuations. */
function comments(unit: UnitDocument): string[] {
  return unit.bytes
    .toString('latin1')
    .split(/\r?\n/)
    .filter((line) => /^[ \t]*[#;]/.test(line));
}

const operations: Readonly<Record<string, (value: string) => Operation>> = {
  set: (value) => (unit) => setDirective(unit, 'Service', 'UMask', value),
  'set in a new section': (value) => (unit) => setDirective(unit, 'Install', 'Alias', value),
  add: (value) => (unit) => addDirective(unit, 'Service', 'UMask', value),
  remove: () => (unit) => removeDirective(unit, 'Service', 'UMask'),
  'set a variable': (value) => (unit) => setEnvironment(unit, 'HOME', value),
  'remove a variable': () => (unit) => removeEnvironment(unit, 'HOME'),
};

describe('edits of any unit file', () => {
  it.each(Object.entries(operations))(
    '%s: is idempotent, can be inverted and keeps comments and all other assignments',
    (_, operation) => {
      fc.assert(
        fc.property(plainUnit, fitValue, (bytes, value) => {
          const before = parseUnit(bytes);
          const edits = operation(value)(before);
          if (!before.editable) {
            expect(edits._unsafeUnwrapErr()).toMatchObject({ code: 'UNIT_NOT_EDITABLE', line: before.unsafe?.line });
            return;
          }
          const after = applyEdits(before, edits._unsafeUnwrap());
          expect(after.editable).toBe(true);
          expect(comments(after)).toEqual(comments(before));
          const others = (unit: UnitDocument): string[] =>
            meaning(unit).filter((line) => !/\] (?:UMask|Alias|Environment)=/.test(line));
          expect(others(after)).toEqual(others(before));
          expect(operation(value)(after)._unsafeUnwrap()).toEqual([]);
          expect(applyEdits(after, invertEdits(before, edits._unsafeUnwrap())).bytes.equals(bytes)).toBe(true);
        }),
        { numRuns: 400 },
      );
    },
  );

  it('set leaves exactly one assignment of the key, where the last one stood', () => {
    fc.assert(
      fc.property(
        plainUnit.filter((bytes) => parseUnit(bytes).editable),
        fitValue,
        (bytes, value) => {
          const before = parseUnit(bytes);
          const after = applyEdits(before, setDirective(before, 'Service', 'UMask', value)._unsafeUnwrap());
          const mine = (one: { section: string; key: string }): boolean =>
            one.section === 'Service' && one.key === 'UMask';
          expect(after.assignments.filter(mine).map((one) => one.value)).toEqual([value]);
          const place = before.assignments.findLastIndex(mine);
          if (place === -1) return;
          const expected = before.assignments.flatMap((one, i) =>
            i === place ? [`[Service] UMask=${value}`] : mine(one) ? [] : [`[${one.section}] ${one.key}=${one.value}`],
          );
          expect(meaning(after)).toEqual(expected);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('replace gives that assignment that value, and every other one keeps its own', () => {
    fc.assert(
      fc.property(
        plainUnit.filter((bytes) => parseUnit(bytes).editable),
        fitValue,
        fc.nat(),
        (bytes, value, pick) => {
          const before = parseUnit(bytes);
          const at = pick % Math.max(1, before.assignments.length);
          const chosen = before.assignments[at];
          if (chosen === undefined) return;
          const edits = replaceAssignment(before, chosen, value)._unsafeUnwrap();
          const after = applyEdits(before, edits);
          expect(meaning(after)).toEqual(
            meaning(before).map((line, i) => (i === at ? `[${chosen.section}] ${chosen.key}=${value}` : line)),
          );
          for (const { start, end } of edits) {
            expect(start).toBeGreaterThanOrEqual(chosen.start);
            expect(end).toBeLessThanOrEqual(chosen.end);
          }
          expect(after.bytes.at(-1) === 0x0a || chosen.end !== before.bytes.length).toBe(
            before.bytes.at(-1) === 0x0a || chosen.end !== before.bytes.length,
          );
        },
      ),
      { numRuns: 600 },
    );
  });

  it('replace keeps the lines of a value when only words change', () => {
    fc.assert(
      fc.property(
        plainUnit.filter((bytes) => parseUnit(bytes).editable),
        (bytes) => {
          const before = parseUnit(bytes);
          for (const chosen of before.assignments.filter(
            ({ value, line, lastLine }) => line !== lastLine && value.includes('zz'),
          )) {
            const after = applyEdits(
              before,
              replaceAssignment(before, chosen, chosen.value.replaceAll('zz', 'yyy'))._unsafeUnwrap(),
            );
            expect(after.bytes.toString('latin1').split('\n').length).toBe(
              before.bytes.toString('latin1').split('\n').length,
            );
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('add puts the value behind all others of the key', () => {
    fc.assert(
      fc.property(
        plainUnit.filter((bytes) => parseUnit(bytes).editable),
        fitValue,
        (bytes, value) => {
          const before = parseUnit(bytes);
          const after = applyEdits(before, addDirective(before, 'Service', 'UMask', value)._unsafeUnwrap());
          const values = unitValues(before, 'Service', 'UMask');
          if (value === '') expect(unitValues(after, 'Service', 'UMask')).toEqual([]);
          else
            expect(unitValues(after, 'Service', 'UMask')).toEqual(values.includes(value) ? values : [...values, value]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('every edit is refused, with the line, where NUL, a bare CR or invalid UTF-8 makes the file unsafe', () => {
    fc.assert(
      fc.property(
        oddUnit.filter((bytes) => !parseUnit(bytes).editable),
        (bytes) => {
          const unit = parseUnit(bytes);
          for (const operation of Object.values(operations)) {
            expect(operation('x')(unit)._unsafeUnwrapErr()).toMatchObject({
              code: 'UNIT_NOT_EDITABLE',
              line: unit.unsafe?.line,
            });
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
