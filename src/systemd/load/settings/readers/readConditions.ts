import { expandSpecifiers } from '../../../values/index.js';
import { simplifiedPath } from './readPath.js';
import { ignored, oneValue } from '../reading.js';
import type { SettingReader } from '../reading.js';

/** `|` makes a condition one of several of which one must hold, `!` turns it round; blanks may stand behind each. */
const PREFIXES = /^(\|?)[ \t]*(!?)[ \t]*/;

/** `ConditionPathExists=` and its like. */
export const readPathCondition: SettingReader = (text, specifiers) => {
  const [all = '', trigger = '', negation = ''] = PREFIXES.exec(text) ?? [];
  const expanded = expandSpecifiers(text.slice(all.length), specifiers);
  if (expanded.isErr()) return ignored(expanded.error.message);
  const simplified = simplifiedPath(expanded.value);
  return 'fault' in simplified ? ignored(simplified.fault) : oneValue(`${trigger}${negation}${simplified.path}`);
};

/** Every other condition: what it asks for is judged when the unit starts. */
export const readCondition: SettingReader = (text, specifiers) => {
  const [all = '', trigger = '', negation = ''] = PREFIXES.exec(text) ?? [];
  return expandSpecifiers(text.slice(all.length), specifiers).match(
    (parameter) => oneValue(`${trigger}${negation}${parameter}`),
    ({ message }) => ignored(message),
  );
};
