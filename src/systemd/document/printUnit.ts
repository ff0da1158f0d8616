import type { UnitDocument } from './unitDocument.js';

/**
 * Gives the file of a document: for any input, `printUnit(parseUnit(input))` is that input, byte for byte.
 *
 * The bytes are the document's own, not a copy.
 *
 * @example
 * ```ts
 * import { parseUnit, printUnit } from '@wca/runtime-sdk/systemd';
 *
 * console.log(printUnit(parseUnit('[Service]\nUser=opencode\n')).toString());
 * ```
 */
export function printUnit(document: UnitDocument): Buffer {
  return document.bytes;
}
