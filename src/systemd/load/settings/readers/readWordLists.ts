import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { expandSpecifiers, parseEnvironmentWord, splitWords } from '../../../values/index.js';
import type { Specifiers } from '../../../values/index.js';
import { quotedWords } from '../quotedWords.js';
import { simplifiedPath } from './readPath.js';
import { eachWord } from '../reading.js';
import type { SettingReader } from '../reading.js';

type WordReader = (word: string, specifiers: Specifiers) => Result<string, string>;

/** Expands the specifiers of a word; where that fails, the word is dropped. */
function expanded(word: string, specifiers: Specifiers): Result<string, string> {
  return expandSpecifiers(word, specifiers).mapErr(({ message }) => message);
}

function unquoted(read: WordReader): SettingReader {
  return (text, specifiers) => {
    const { words, fault } = quotedWords(text);
    return eachWord(words, (word) => read(word, specifiers), fault);
  };
}

/** Words in which backslashes escape as in C, as `Environment=` has them. */
function unescaped(read: WordReader): SettingReader {
  return (text, specifiers) => {
    const { words, fault } = splitWords(text, false);
    const dropped =
      fault === null ? null : 'a quote is not closed or an escape is unknown; systemd drops the rest of the value';
    return eachWord(
      words.map(({ text: word }) => word ?? ''),
      (word) => (word === '' ? err('a word is empty or not valid UTF-8') : read(word, specifiers)),
      dropped,
    );
  };
}

/** `ReadWritePaths=` and its like: paths behind `-` and `+`. */
export const readPathsWithPrefix: SettingReader = unquoted((word, specifiers) =>
  expanded(word, specifiers).andThen((text) => {
    const prefix = /^(?:-\+?|\+)?/.exec(text)?.[0] ?? '';
    const simplified = simplifiedPath(text.slice(prefix.length));
    return 'fault' in simplified ? err(simplified.fault) : ok(`${prefix}${simplified.path}`);
  }),
);

/** `RequiresMountsFor=`: absolute paths. */
export const readPaths: SettingReader = unquoted((word, specifiers) =>
  expanded(word, specifiers).andThen((text) => {
    const simplified = simplifiedPath(text);
    return 'fault' in simplified ? err(simplified.fault) : ok(simplified.path);
  }),
);

/** `Documentation=`: URIs of the five kinds that systemd.unit(5) names. */
export const readDocumentation: SettingReader = unquoted((word, specifiers) =>
  expanded(word, specifiers).andThen((uri) =>
    /^(?:https?:\/\/|file:\/|info:|man:)[^]/.test(uri)
      ? ok(uri)
      : err('a word is not an http, https, file, info or man URI'),
  ),
);

/** `Environment=`: assignments; `parseEnvironment` gives them with their places in the text. */
export const readEnvironment: SettingReader = unescaped((word, specifiers) =>
  expanded(word, specifiers).andThen((assignment) =>
    parseEnvironmentWord(assignment) === null ? err('a word does not assign a variable') : ok(assignment),
  ),
);

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `PassEnvironment=`: names of variables. */
export const readVariableNames: SettingReader = unquoted((word, specifiers) =>
  expanded(word, specifiers).andThen((name) =>
    VARIABLE.test(name) ? ok(name) : err('a word is not the name of a variable'),
  ),
);

/** `UnsetEnvironment=`: names of variables, or whole assignments. */
export const readVariablesToUnset: SettingReader = unescaped((word, specifiers) =>
  expanded(word, specifiers).andThen((name) =>
    VARIABLE.test(name) || parseEnvironmentWord(name) !== null
      ? ok(name)
      : err('a word is neither the name nor an assignment of a variable'),
  ),
);
