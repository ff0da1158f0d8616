import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { instantiated, unitNameParts } from '../../../names/index.js';
import { expandSpecifiers } from '../../../values/index.js';
import type { Specifiers } from '../../../values/index.js';
import { eachWord, ignored, oneValue } from '../reading.js';
import type { SettingReader } from '../reading.js';

/** `After=`, `Wants=` and their like: unit names between blanks, quotes being no quotes, and fewer specifiers. */
export const readUnitNames: SettingReader = (text, specifiers) =>
  eachWord(blankSeparated(text), (word) => unitName(word, specifiers), null);

/** `Sockets=`: the same, of sockets. */
export const readSocketNames: SettingReader = (text, specifiers) =>
  eachWord(
    blankSeparated(text),
    (word) =>
      unitName(word, specifiers).andThen((name) =>
        name.endsWith('.socket') ? ok(name) : err('a word is not the name of a socket'),
      ),
    null,
  );

function blankSeparated(text: string): readonly string[] {
  return text.split(/[ \t\n\r]+/).filter((word) => word !== '');
}

function unitName(word: string, specifiers: Specifiers): Result<string, string> {
  const names = new Map([...specifiers].filter(([letter]) => NAME_SPECIFIERS.includes(letter)));
  const expanded = expandSpecifiers(word, names).mapErr(({ message }) => message);
  return expanded.andThen((name) => {
    // A template stands for the instance that is called as this one, or as this unit.
    const instance = specifiers.get('i') ?? '';
    const own = instance === '' ? (specifiers.get('p') ?? '') : instance;
    const real = instantiated(name, own);
    return isUnitName(real) ? ok(real) : err('a word is not the name of a unit');
  });
}

/** `unit_name_printf()` in systemd's src/core/unit-printf.c. */
const NAME_SPECIFIERS = 'iIjJnNpPaAbBHlmMovwWgGuUq';

/** `Slice=`: the name of a slice without an instance. Whether its dashes name parents is judged later. */
export const readSliceName: SettingReader = (text, specifiers) =>
  expandSpecifiers(text, specifiers).match(
    (name) => (isSliceName(name) ? oneValue(name) : ignored('it is not the name of a slice')),
    ({ message }) => ignored(message),
  );

function isSliceName(name: string): boolean {
  return isUnitName(name) && name.endsWith('.slice') && !name.includes('@');
}

/** `unit_name_is_valid()`: what names another unit. `checkUnitName` is stricter, and is for input. */
function isUnitName(name: string): boolean {
  return unitNameParts(name) !== null;
}
