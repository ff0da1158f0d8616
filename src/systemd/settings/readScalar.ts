import { constants } from 'node:os';
import { expandSpecifiers } from '../expandSpecifiers.js';
import { ignored, oneValue, refused, valid } from './reading.js';
import type { Reading, SettingReader } from './reading.js';

/** `parse_boolean()`: these words in any case, and nothing else. */
const YES = new Set(['1', 'yes', 'y', 'true', 't', 'on']);
const NO = new Set(['0', 'no', 'n', 'false', 'f', 'off']);

/** True or false, or null for what is neither. */
export function booleanOf(text: string): boolean | null {
  const word = text.toLowerCase();
  return YES.has(word) ? true : NO.has(word) ? false : null;
}

/** A boolean whose faults keep the unit from loading. */
export const readVitalBoolean: SettingReader = (text) =>
  booleanOf(text) === null ? refused('it is no boolean') : oneValue(text);

export const readBoolean = valid('boolean', (text) => booleanOf(text) !== null);

/** `config_parse_mode()`: octal digits up to 07777. */
export const readMode = valid('file mode', (text) => /^0*[0-7]{1,4}$/.test(text));

/** `safe_atou()`: decimal, `0x…`, `0o…`, `0b…` or, with a leading 0, octal; below 2^32. */
export const readUnsigned = valid('number', (text) => {
  const number = unsignedOf(text);
  return number !== null && number < 2n ** 32n;
});

/** A number of this range, with a sign or without. */
export function readInteger(from: number, to: number): SettingReader {
  return valid(`number from ${from} to ${to}`, (text) => {
    const size = unsignedOf(text.replace(/^[-+]/, ''));
    const number = Number(size) * (text.startsWith('-') ? -1 : 1);
    return size !== null && !/^[-+]{2}/.test(text) && number >= from && number <= to;
  });
}

/** The number that systemd reads, whatever its size; null for what is none. */
export function unsignedOf(text: string): bigint | null {
  const digits = text.replace(/^\+|^-(?=0+$)/, '');
  if (/^0[0-7]*$/.test(digits)) return BigInt(`0o0${digits}`);
  return /^(?:[1-9][0-9]*|0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+)$/.test(digits) ? BigInt(digits.toLowerCase()) : null;
}

/** A key that takes one of these words. */
export function readChoice(words: readonly string[]): SettingReader {
  return valid(`value of this key; those are ${words.join(', ')}`, (text) => words.includes(text));
}

/** A key that takes one of these words, or a boolean in any spelling. */
export function readChoiceOrBoolean(words: readonly string[]): SettingReader {
  return valid(
    `value of this key; those are a boolean, ${words.join(', ')}`,
    (text) => words.includes(text) || booleanOf(text) !== null,
  );
}

/** A text in which specifiers are expanded; an empty one resets. */
export const readText: SettingReader = (text, specifiers) =>
  expandSpecifiers(text, specifiers).match(
    (value): Reading => (value === '' ? { kind: 'reset' } : oneValue(value)),
    ({ message }) => ignored(message),
  );

/** `signal_from_string()`: a number, a name with or without SIG, or a realtime signal by its distance to either end. */
export const readSignal = valid('signal', (text) => {
  const number = unsignedOf(text);
  if (number !== null) return number >= 1n && number <= REALTIME_LAST;
  const name = text.replace(/^SIG/, '');
  const realtime = /^RTM(IN|AX)(?:([+-])(.*))?$/.exec(name);
  if (realtime === null) return SIGNAL_NAMES.has(`SIG${name}`);
  const [, end, sign = '', distance = '0'] = realtime;
  const steps = unsignedOf(distance);
  return sign !== (end === 'IN' ? '-' : '+') && steps !== null && steps <= REALTIME_LAST - REALTIME_FIRST;
});

const REALTIME_FIRST = 34n;
const REALTIME_LAST = 64n;
/** SIGIOT and SIGPOLL are second names that systemd does not know. */
const SIGNAL_NAMES: ReadonlySet<string> = new Set(
  Object.keys(constants.signals).filter((name) => name !== 'SIGIOT' && name !== 'SIGPOLL' && name !== 'SIGUNUSED'),
);

/** `parse_time()` with seconds as the unit of a bare number. */
export const readDuration = valid('time span', (text) => microsecondsOf(text) !== null);

const UNITS: Readonly<Record<string, bigint>> = Object.fromEntries(
  (
    [
      [1n, 'usec us µs μs'],
      [1_000n, 'msec ms'],
      [1_000_000n, 'seconds second sec s'],
      [60_000_000n, 'minutes minute min m'],
      [3_600_000_000n, 'hours hour hr h'],
      [86_400_000_000n, 'days day d'],
      [604_800_000_000n, 'weeks week w'],
      [2_629_800_000_000n, 'months month M'],
      [31_557_600_000_000n, 'years year y'],
    ] as const
  )
    .flatMap(([size, names]) => names.split(' ').map((name): [string, bigint] => [name, size]))
    // Longer names first: each is looked for at the beginning of the text.
    .sort(([one], [other]) => other.length - one.length),
);

/** Microseconds of a time span as systemd.time(7) writes one; `Infinity` for `infinity`, null for what is none. */
export function microsecondsOf(text: string): number | null {
  if (/^\s*infinity\s*$/.test(text)) return Infinity;
  let rest = text.trimStart();
  if (rest === '') return null;
  let total = 0;
  while (rest !== '') {
    const [all = '', number = '', blanks = ''] = /^(\+?[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(\s*)/.exec(rest) ?? [];
    if (number === '') return null;
    rest = rest.slice(all.length);
    const unit = Object.keys(UNITS).find((name) => rest.startsWith(name)) ?? '';
    // Two numbers need a blank between them: `12.34 .56`, and not `12.34.56`.
    if (unit === '' && blanks === '' && rest !== '') return null;
    total += Number(number) * Number(UNITS[unit === '' ? 's' : unit]);
    if (total >= 2 ** 64) return null;
    rest = rest.slice(unit.length).trimStart();
  }
  return total;
}
