import type { UnitDocument } from './unitDocument.js';
import { unitValues } from './unitValues.js';

/**
 * Gives the value a key ends up with in this file, or undefined when it is not set or its last assignment is empty.
 *
 * It reads this file only, no drop-ins, and does not check the value.
 *
 * @example
 * ```ts
 * import { lastValue, parseUnit } from '@wca/runtime-sdk/systemd';
 *
 * console.log(lastValue(parseUnit('[Service]\nUser=root\nUser=opencode\n'), 'Service', 'User')); // opencode
 * ```
 */
export function lastValue(document: UnitDocument, section: string, key: string): string | undefined {
  return unitValues(document, section, key).at(-1);
}
