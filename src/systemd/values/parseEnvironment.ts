import { splitWords } from './splitWords.js';

/** One variable of an `Environment=` value. @inline */
export interface EnvironmentVariable {
  readonly name: string;
  /** Unquoted and unescaped. Specifiers (`%h`, `%%`) are as they stand. */
  readonly value: string;
  /** Where the assignment begins in the value it was read from, quotes included; for `slice`. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads one `Environment=` value and gives the variables that systemd would take from it, in order.
 *
 * What systemd ignores is left out: words that are no assignment, invalid names, and everything from an unbalanced
 * quote or unknown escape to the end. When a name occurs twice, the later one wins. An empty value gives an empty list;
 * that it also resets the list is for the caller to know.
 *
 * Source: systemd.exec(5), Environment=; `config_parse_environ()` in systemd's src/core/load-fragment.c.
 *
 * @example
 * ```ts
 * import { parseEnvironment } from '@wca/runtime-sdk/systemd';
 *
 * for (const { name, value } of parseEnvironment('HOME=/root "GREETING=hello world"')) console.log(name, value);
 * ```
 */
export function parseEnvironment(value: string): readonly EnvironmentVariable[] {
  return splitWords(value, false).words.flatMap(({ text, start, end }) => {
    const variable = text === null ? null : parseEnvironmentWord(text);
    return variable === null ? [] : [{ ...variable, start, end }];
  });
}

/** Reads one word, unquoted and unescaped; null when it assigns no variable. */
export function parseEnvironmentWord(word: string): { readonly name: string; readonly value: string } | null {
  const equals = word.indexOf('=');
  const name = word.slice(0, Math.max(0, equals));
  const value = word.slice(equals + 1);
  return isVariableName(name) && !UNFIT_FOR_ENVIRONMENT.test(value) ? { name, value } : null;
}

/** `env_name_is_valid()` in systemd. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** What `env_value_is_valid()` in systemd refuses: text that is not UTF-8 to it. Control characters are fine. */
const UNFIT_FOR_ENVIRONMENT = /\p{Surrogate}|\p{Noncharacter_Code_Point}/u;
