import type { UnitDocument } from './unitDocument.js';

/**
 * Gives the values a list key ends up with in this file: all since its last empty assignment, in file order.
 *
 * For a key that takes one value the last entry counts. It reads this file only, no drop-ins, and does not check the
 * values: systemd may ignore some of them. A key that is not there gives an empty list.
 *
 * Source: systemd.syntax(7), "setting to an empty value resets".
 *
 * @example
 * ```ts
 * import { parseUnit, unitValues } from '@wca/runtime-sdk/systemd';
 *
 * const unit = parseUnit('[Service]\nExecStart=/bin/a\nExecStart=\nExecStart=/bin/b\n');
 * console.log(unitValues(unit, 'Service', 'ExecStart')); // ['/bin/b']
 * ```
 */
export function unitValues(document: UnitDocument, section: string, key: string): readonly string[] {
  const values = document.assignments
    .filter((one) => one.section === section && one.key === key)
    .map(({ value }) => value);
  return values.slice(values.lastIndexOf('') + 1);
}
