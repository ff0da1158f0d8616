import { ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { invalidValue } from '../document/index.js';
import type { UnitEditError } from '../document/index.js';

/**
 * Writes a text as one word of `Environment=` or `Exec…=`, quoted and escaped so that systemd reads this text back.
 *
 * What needs no quotes stays as it is. Blanks, quotes, backslashes, control characters, an empty text, and what would
 * begin a comment or separate commands (`#`, `;`) are quoted; the result is one line and never ends in a backslash.
 *
 * Specifiers (`%h`) and variables (`$HOME`) keep their meaning: for plain text pass it through
 * `escapeExpansion` first. It is not for `User=`, `WorkingDirectory=` and other keys whose values systemd does not
 * unquote.
 *
 * Errors: `INVALID_UNIT_VALUE` for NUL, lone surrogates and noncharacters, which no word can hold.
 *
 * Source: `extract_first_word()` in systemd's src/basic/extract-word.c; systemd.service(5), "Command lines".
 *
 * @example
 * ```ts
 * import { quoteWord } from '@wca/runtime-sdk/systemd';
 *
 * const word = quoteWord('GREETING=hello "world"');
 * if (word.isErr()) console.error(word.error.message);
 * else console.log(`Environment=${word.value}`); // Environment="GREETING=hello \"world\""
 * ```
 */
export function quoteWord(text: string): Result<string, UnitEditError> {
  return guardWord('a word', text).map(() => requoted(text, ''));
}

/** Refuses a text that no quoting can hold. */
export function guardWord(key: string, text: string): Result<void, UnitEditError> {
  if (text.includes('\0')) return invalidValue(key, 'it contains a NUL, which ends a string for every program');
  if (/\p{Surrogate}|\p{Noncharacter_Code_Point}/u.test(text))
    return invalidValue(key, 'it contains a code point that systemd treats as invalid UTF-8');
  return ok(undefined);
}

/**
 * Quotes a text that {@link guardWord} lets pass.
 *
 * @param before - the word it takes the place of: its quotes are kept where they still serve
 */
export function requoted(text: string, before: string): string {
  if (/^'[^'\\]*'$/.test(before) && !NEEDS_ESCAPE.test(text) && !text.includes("'")) return `'${text}'`;
  const wasQuoted = /^"(?:[^"\\]|\\.)*"$/s.test(before);
  if (!wasQuoted && text !== '' && !NEEDS_QUOTES.test(text)) return text;
  return `"${text.replace(/[\\"]/g, '\\$&').replace(CONTROL, escapeControl)}"`;
}

// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const CONTROL = /[\u0001-\u001f\u007f]/g;
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const NEEDS_ESCAPE = /[\u0001-\u001f\u007f\\]/;
/** Blanks, quotes, what is escaped; at the beginning what makes a comment or is dropped; a lone separator. */
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const NEEDS_QUOTES = /[\u0001-\u0020\u007f"'\\]|^[#;\ufeff]/;

function escapeControl(character: string): string {
  const letter = { '\n': 'n', '\t': 't', '\r': 'r' }[character];
  return `\\${letter ?? `x${character.charCodeAt(0).toString(16).padStart(2, '0')}`}`;
}
