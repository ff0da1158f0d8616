import { oneValue, refused, valid } from '../reading.js';
import type { SettingReader } from '../reading.js';

/** `parse_boolean()`: these words in any case, and nothing else. */
const YES = new Set(['1', 'yes', 'y', 'true', 't', 'on']);
const NO = new Set(['0', 'no', 'n', 'false', 'f', 'off']);

/** True or false, or null for what is neither. */
export function booleanOf(text: string): boolean | null {
  const word = text.toLowerCase();
  return YES.has(word) ? true : NO.has(word) ? false : null;
}

/** A boolean whose faults keep the unit from loading. */
export const readVitalBoolean: SettingReader = (text) =>
  booleanOf(text) === null ? refused('it is not a boolean') : oneValue(text);

export const readBoolean = valid('boolean', (text) => booleanOf(text) !== null);
