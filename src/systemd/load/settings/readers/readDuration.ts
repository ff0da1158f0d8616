import { valid } from '../reading.js';

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
