import { booleanOf } from './readBoolean.js';
import { valid } from '../reading.js';
import type { SettingReader } from '../reading.js';

/** A key that takes one of these words. */
export function readChoice(words: readonly string[]): SettingReader {
  return valid(`value of this key; its values are ${words.join(', ')}`, (text) => words.includes(text));
}

/** A key that takes one of these words, or a boolean in any spelling. */
export function readChoiceOrBoolean(words: readonly string[]): SettingReader {
  return valid(
    `value of this key; its values are a boolean, ${words.join(', ')}`,
    (text) => words.includes(text) || booleanOf(text) !== null,
  );
}
