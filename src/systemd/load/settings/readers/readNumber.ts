import { valid } from '../reading.js';
import type { SettingReader } from '../reading.js';

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
  return /^(?:[1-9][0-9]*|0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+)$/.test(digits)
    ? BigInt(digits.toLowerCase())
    : null;
}
