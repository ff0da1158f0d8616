import { isSecretName, maskText } from '../../posix/secrets/index.js';
import type { Mask, Redactor } from '../../posix/secrets/index.js';
import { parseUnit } from '../document/index.js';
import { printableLines, printableText } from '../../posix/paths/index.js';
import { splitWords } from '../values/index.js';

/** Directives whose name says key or credential and whose value is a path, an id or a mode. */
const HARMLESS_DIRECTIVES: ReadonlySet<string> = new Set([
  'KeyringMode',
  'PassCredentials',
  'LoadCredential',
  'LoadCredentialEncrypted',
  'ImportCredential',
  'ConditionCredential',
  'AssertCredential',
]);

/**
 * Remembers the secrets of a unit file, so that `maskUnit` finds each of them wherever else it stands: before the line
 * that gives it away, in another version of the file, in what a program said about it.
 */
export function learnSecrets(input: string | Uint8Array, redactor: Redactor): void {
  maskUnit(input, redactor);
}

/**
 * Masks the secrets of a unit file as systemd would understand them: joined, unquoted and unescaped, so that no way of
 * writing hides one. A value that holds a secret comes out on its first line, and its further lines are empty: every line
 * keeps its number.
 */
export function maskUnit(input: string | Uint8Array, redactor: Redactor): string {
  const { bytes, assignments, sections, problems } = parseUnit(input);
  const lineEndsHidden = problems.some(({ code }) => code === 'NUL_BYTE' || code === 'BARE_CR');
  const show = (from: number, to: number): string => redactor.clean(printableLines(bytes.subarray(from, to)));
  const free = (from: number, to: number): string => maskFree(show(from, to), redactor.mask);
  // An assignment without secrets keeps its lines; a comment between them is text like any other.
  const own = (from: number, to: number): string => {
    if (lineEndsHidden) return free(from, to);
    const [first = '', ...further] = show(from, to).split('\n');
    const masked = further.map((line) => (isCommentLine(line) ? maskText(line, redactor.mask) : line));
    return [first, ...masked].join('\n');
  };
  // systemd ignores what stands before the first header; it may be assignments all the same.
  let done = sections[0]?.start ?? bytes.length;
  let text =
    done === 0 ? '' : maskUnit(Buffer.concat([ANY_HEADER, bytes.subarray(0, done)]), redactor).slice(ANY_HEADER.length);
  for (const { key, value, start, valueStart, valueEnd, end } of assignments) {
    const masked = maskAssignment(key, value, bytes.toString('latin1', valueStart, valueEnd), redactor);
    text += free(done, start);
    text +=
      masked === null
        ? own(start, end)
        : own(start, valueStart) +
          printableText(masked) +
          printableLines(bytes.subarray(valueStart, valueEnd)).replace(/[^\n]+/g, '') +
          own(valueEnd, end);
    done = end;
  }
  return text + free(done, bytes.length);
}

const ANY_HEADER = Buffer.from('[X]\n');

function isCommentLine(line: string): boolean {
  return /^[ \t]*[#;]/.test(line);
}

/** Masks comments and whatever else assigns nothing; a secret in a directive that is commented out may go on. */
function maskFree(text: string, mask: Mask): string {
  const lines = text.split('\n');
  let goesOn = false;
  for (const [index, line] of lines.entries()) {
    const before: boolean = goesOn;
    const continued = isCommentLine(line) && line.endsWith('\\');
    goesOn = continued && (before || maskText(line, mask) !== line);
    if (before && isCommentLine(line))
      lines[index] = line.replace(/^([\s#;]*)(\S.*)$/, (_, mark: string, rest: string) => mark + mask(rest));
  }
  return maskText(lines.join('\n'), mask);
}

/** A word that goes on over two lines without a blank is two words to systemd, and one to whoever wrote it. */
const SPLIT_WORD = /(?<=[^\s\\])\\[\r\n\0]+(?:[ \t]*[#;][^\r\n\0]*[\r\n\0]+)*(?=\S)/g;

/** The value with its secrets masked, or null when it holds none. */
function maskAssignment(key: string, value: string, raw: string, redactor: Redactor): string | null {
  const masked = maskValue(key, redactor.clean(value), redactor);
  const whole = raw.replace(SPLIT_WORD, '');
  if (whole === raw) return masked;
  const joined = Buffer.from(whole.replace(/\\[\r\n\0]+/g, ' '), 'latin1').toString();
  return maskValue(key, redactor.clean(joined), redactor) === null ? masked : redactor.mask(redactor.clean(value));
}

function maskValue(key: string, value: string, redactor: Redactor): string | null {
  if (value === '' || HARMLESS_DIRECTIVES.has(key)) return null;
  const { mask } = redactor;
  if (key.startsWith('SetCredential')) {
    const colon = value.indexOf(':');
    return colon === -1 ? mask(value) : `${value.slice(0, colon + 1)}${mask(value.slice(colon + 1))}`;
  }
  if (isSecretName(key) || key === 'StandardInputText' || key === 'StandardInputData') return mask(value);
  const { words, fault } = splitWords(value, key !== 'Environment');
  let masked = '';
  let done = 0;
  let awaited = false;
  for (const { text, start, end } of words) {
    const raw = value.slice(start, end);
    const word = text === null ? raw : redactor.clean(text);
    const hidden = awaited && !/^--[a-z]/i.test(word) ? maskWhole(word, raw, redactor) : maskWord(word, raw, redactor);
    awaited = /^--?[\w-]+$/.test(word) && isSecretName(word);
    masked += value.slice(done, start) + (hidden === word ? raw : requoted(hidden, raw));
    done = end;
  }
  masked += fault === null ? value.slice(done) : maskRest(value.slice(done), awaited, redactor);
  // What only several words give away: `token: x`, a header that is not quoted.
  masked = maskText(masked, mask);
  return masked === value ? null : masked;
}

/** Masks one unquoted word: `NAME=secret`, `--name=secret`, or text in which a secret stands. */
function maskWord(word: string, raw: string, redactor: Redactor): string {
  const { mask, hide } = redactor;
  const [, name = '', value = ''] = /^(-{0,2}[\w.-]+=)([\s\S]+)$/.exec(word) ?? [];
  if (name === '') return hide(maskText(word, mask));
  if (!isSecretName(name)) return name + hide(maskText(value, mask));
  return name + maskWhole(value, raw.slice(raw.indexOf('=') + 1), redactor);
}

/** Masks all of a secret, and remembers how it was written: systemd repeats it so when it complains. */
function maskWhole(secret: string, raw: string, redactor: Redactor): string {
  redactor.alias(secret, raw.replace(/^["']|["']$/g, ''));
  return redactor.mask(secret);
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
