import type { UnitDocument } from './unitDocument.js';

/**
 * Gives the text of every assignment of a key since its last empty one, in file order.
 *
 * For edits, which work on lines. It is not what systemd has: that is `effectiveUnit`, which also knows which keys an
 * empty assignment resets and which values systemd ignores.
 *
 * Source: systemd.syntax(7), "setting to an empty value resets".
 */
export function unitValues(document: UnitDocument, section: string, key: string): readonly string[] {
  const values = document.assignments
    .filter((one) => one.section === section && one.key === key)
    .map(({ value }) => value);
  return values.slice(values.lastIndexOf('') + 1);
}
