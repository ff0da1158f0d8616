import { isSecretName } from './isSecretName.js';
import { maskText } from './maskText.js';
import { parseUnit } from './parseUnit.js';
import { printableLines } from './printableLines.js';
import type { Redactor } from './redactor.js';
import { splitWords } from './splitWords.js';

/** Directives whose name says key or credential and whose value is a path, an id or a mode. */
const HARMLESS_DIRECTIVES: ReadonlySet<string> = new Set([
  'KeyringMode',
  'LoadCredential',
  'LoadCredentialEncrypted',
  'ImportCredential',
  'ConditionCredential',
  'AssertCredential',
]);

/**
 * Masks the secrets of a unit file as systemd would understand them: joined, unquoted and unescaped, so that no way of
 * writing hides one. A value that holds a secret comes out on one line.
 */
export function maskUnit(input: string | Uint8Array, redactor: Redactor): string {
  const { bytes, assignments, problems } = parseUnit(input);
  const lineEndsHidden = problems.some(({ code }) => code === 'NUL_BYTE' || code === 'BARE_CR');
  const show = (from: number, to: number): string => redactor.clean(printableLines(bytes.subarray(from, to)));
  const free = (from: number, to: number): string => maskText(show(from, to), redactor.mask);
  // An assignment without secrets keeps its lines; a comment between them is text like any other.
  const own = (from: number, to: number): string => {
    if (lineEndsHidden) return free(from, to);
    const [first = '', ...further] = show(from, to).split('\n');
    const masked = further.map((line) => (/^[ \t]*[#;]/.test(line) ? maskText(line, redactor.mask) : line));
    return [first, ...masked].join('\n');
  };
  let text = '';
  let done = 0;
  for (const { key, value, start, valueStart, valueEnd, end } of assignments) {
    const masked = maskValue(key, redactor.clean(value), redactor);
    text += free(done, start);
    text +=
      masked === null
        ? own(start, end)
        : own(start, valueStart) + printableLines(Buffer.from(masked)) + own(valueEnd, end);
    done = end;
  }
  return text + free(done, bytes.length);
}

/** The value with its secrets masked, or null when it holds none. */
function maskValue(key: string, value: string, redactor: Redactor): string | null {
  if (value === '' || HARMLESS_DIRECTIVES.has(key)) return null;
  const { mask } = redactor;
  if (key.startsWith('SetCredential')) {
    const colon = value.indexOf(':');
    return colon === -1 ? mask(value) : `${value.slice(0, colon + 1)}${mask(value.slice(colon + 1))}`;
  }
  if (isSecretName(key)) return mask(value);
  const { words, fault } = splitWords(value, key !== 'Environment');
  let masked = '';
  let done = 0;
  let awaited = false;
  for (const { text, start, end } of words) {
    const raw = value.slice(start, end);
    const word = text ?? raw;
    const hidden = awaited && !/^--[a-z]/i.test(word) ? mask(word) : maskWord(word, redactor);
    awaited = /^--?[\w-]+$/.test(word) && isSecretName(word);
    masked += value.slice(done, start) + (hidden === word ? raw : requoted(hidden, raw));
    done = end;
  }
  masked += fault === null ? value.slice(done) : maskRest(value.slice(done), awaited, redactor);
  return masked === value ? null : masked;
}

/** Masks one unquoted word: `NAME=secret`, `--name=secret`, or text in which a secret stands. */
function maskWord(word: string, redactor: Redactor): string {
  const named = /^(-{0,2}[\w.-]+=)([\s\S]+)$/.exec(word);
  const [, name = '', value = ''] = named ?? [];
  if (named === null) return maskText(word, redactor.mask);
  return isSecretName(name) ? name + redactor.mask(value) : name + maskText(value, redactor.mask);
}

/** What systemd ignores for its quoting: without words to go by, everything behind a secret's name is hidden. */
function maskRest(rest: string, awaited: boolean, redactor: Redactor): string {
  if (awaited) return redactor.mask(rest);
  if (!isSecretName(rest)) return maskText(rest, redactor.mask);
  const name = rest.search(/[=: ]/) + 1;
  return rest.slice(0, name) + redactor.mask(rest.slice(name));
}

/** A masked word in the quotes it had; how exactly the rest of it was escaped is not shown. */
function requoted(word: string, raw: string): string {
  const quote = /^["']/.exec(raw)?.[0] ?? (/\s/.test(word) ? '"' : '');
  return quote + word + quote;
}
