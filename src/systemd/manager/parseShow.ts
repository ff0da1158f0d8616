import { microsecondsOf } from '../load/index.js';

/** The lines `Name=value` of `systemctl show`; the last one of a name counts, as it prints each once. */
export function parseShow(stdout: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) properties.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return properties;
}

/**
 * Cuts a list as `systemctl show` prints one: blanks between the words, and words with special characters in double
 * quotes with backslash escapes.
 *
 * Source: `shell_maybe_quote()` in systemd's src/basic/escape.c.
 */
export function parseShownList(value: string): readonly string[] {
  const words: string[] = [];
  for (const [, quoted, plain] of value.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/gs)) {
    words.push(
      plain ??
        (quoted ?? '').replace(ESCAPE, (_, hex: string | undefined, octal: string | undefined, letter: string) => {
          if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
          if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
          return LETTERS[letter] ?? letter;
        }),
    );
  }
  return words;
}

/** The `EnvironmentFile=` lines of a unit, each on a line of its own with whether it may be missing. */
export function parseShownEnvironmentFiles(
  stdout: string,
): readonly { readonly path: string; readonly optional: boolean }[] {
  const found = stdout.matchAll(/^EnvironmentFiles=(.*) \(ignore_errors=(yes|no)\)$/gm);
  return [...found].map(([, path = '', ignored]) => ({ path, optional: ignored === 'yes' }));
}

const COMMAND =
  /^ExecStart=(\{ path=.* ; argv\[\]=.* ; ignore_errors=(?:yes|no) ; start_time=\[.*\] ; stop_time=\[.*\] ; pid=\d+ ; code=.* ; status=.* \})$/;

/**
 * The commands among the properties of a unit, one a line, as `--value` prints them; null where one of them has a line
 * break in it, so that its lines cannot be told from properties.
 */
export function oneLineCommands(stdout: string): string | null {
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (!lines.every((line) => /^[A-Z][A-Za-z]*=/.test(line))) return null;
  const commands = lines.filter((line) => line.startsWith('ExecStart='));
  const values = commands.flatMap((line) => COMMAND.exec(line)?.[1] ?? []);
  return values.length === commands.length ? values.join('\n') : null;
}

const ESCAPE = /\\(?:x([0-9a-f]{2})|([0-7]{3})|(.))/gis;
const LETTERS: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** Microseconds of a time span as systemd prints it (`1min 30s`, `500ms`); null for `infinity` and what is none. */
export function parseTimeSpan(value: string): number | null {
  const microseconds = microsecondsOf(value);
  return microseconds === Infinity ? null : microseconds;
}
