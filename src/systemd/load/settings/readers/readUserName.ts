import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { expandSpecifiers } from '../../../values/index.js';
import type { Specifiers } from '../../../values/index.js';
import { oneValue, refused } from '../reading.js';
import type { SettingReader } from '../reading.js';

/**
 * Why systemd does not take this for the name of a user or group when it loads a unit, or null. Its rules are relaxed
 * there: `"opencode"` with the quotes, or `a b`, load and fail only when the unit starts (217/USER).
 *
 * Source: `valid_user_group_name()` with VALID_USER_RELAX|VALID_USER_ALLOW_NUMERIC in systemd's src/basic/user-util.c.
 */
function unfitName(name: string): string | null {
  if (name === '') return 'the name is empty';
  if (/^[0-9]+$/.test(name)) return isUid(name) ? null : 'the number is not a user or group id';
  if (/^[ \t\n\r]|[ \t\n\r]$/.test(name)) return 'the name begins or ends with a blank';
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'the name has a control character in it';
  if (/[:/]/.test(name)) return "the name has a ':' or '/' in it";
  if (/^-[0-9]*$/.test(name)) return 'the name is a negative number';
  return name === '.' || name === '..' ? `the name is '${name}'` : null;
}

/** `parse_uid()`: decimal without a leading zero; 65535 and 4294967295 mean "no id". */
function isUid(digits: string): boolean {
  if (digits.length > 1 && digits.startsWith('0')) return false;
  const id = Number(digits);
  return id < 4_294_967_295 && id !== 65_535;
}

/** `User=` and `Group=`: not unquoted and not unescaped, only specifiers are expanded. */
export const readUserName: SettingReader = (text, specifiers) =>
  checkedName(text, specifiers).match(oneValue, (fault) => refused(fault));

/** `SupplementaryGroups=`: words without quotes. */
export const readGroupNames: SettingReader = (text, specifiers) => {
  const names: string[] = [];
  for (const word of plainWords(text)) {
    const name = checkedName(word, specifiers);
    if (name.isErr()) return refused(name.error, names);
    names.push(name.value);
  }
  return { kind: 'values', values: names, dropped: [] };
};

function checkedName(text: string, specifiers: Specifiers): Result<string, string> {
  return expandSpecifiers(text, specifiers)
    .mapErr(({ message }) => message)
    .andThen((name) => {
      const unfit = unfitName(name);
      return unfit === null ? ok(name) : err(unfit);
    });
}

/**
 * Words between blanks, in which a backslash only takes the meaning of a blank away and quotes are ordinary characters.
 *
 * Source: `extract_first_word()` without flags in systemd's src/basic/extract-word.c.
 */
function plainWords(text: string): readonly string[] {
  const words = text.match(/(?:\\[^]|[^\\ \t\n\r]|\\$)+/g) ?? [];
  return words.map((word) => word.replace(/\\([^])|\\$/g, '$1'));
}
