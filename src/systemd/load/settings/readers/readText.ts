import { expandSpecifiers } from '../../../values/index.js';
import { ignored, oneValue } from '../reading.js';
import type { Reading, SettingReader } from '../reading.js';

/** A text in which specifiers are expanded; an empty one resets. */
export const readText: SettingReader = (text, specifiers) =>
  expandSpecifiers(text, specifiers).match(
    (value): Reading => (value === '' ? { kind: 'reset' } : oneValue(value)),
    ({ message }) => ignored(message),
  );
