import { wordAt } from './splitWords.js';

/** One command of an `ExecStart=`-like value. Offsets are into the whole value, for `slice`. */
export interface ExecCommand {
  /** Any of `-`, `@`, `:`, `+`, `!`, `!!` as written. `+` runs with full privileges whatever `User=` says. */
  readonly prefixes: string;
  /** The program, unquoted and unescaped: an absolute path, or a bare name. Specifiers are as they stand. */
  readonly path: string;
  readonly pathStart: number;
  readonly pathEnd: number;
  /** Arguments behind the program; with the prefix `@`, the first one is what the program sees as its own name. */
  readonly args: readonly ExecArgument[];
  /** Further commands of the same value, separated by ` ; `; each has its own prefixes. */
  readonly following: readonly ExecCommand[];
  /**
   * Why it cannot be read on from some point, or null: systemd refuses the rest, or the program's name holds bytes that
   * are no text, which systemd takes. What stands before that point is listed.
   */
  readonly fault: string | null;
}

/** One argument of a command. @inline */
export interface ExecArgument {
  /** Unquoted and unescaped, or as it stands where that gives no UTF-8. Specifiers and `$VARIABLES` stay. */
  readonly value: string;
  /** Where it begins in the whole value, quotes included. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the value of an `Exec…=` line as systemd does: prefixes, program, unquoted arguments, further commands.
 *
 * It expands neither specifiers nor variables and does not look whether the program exists. An empty value, which
 * resets the list, gives an empty path. Prefixes that only newer systemd knows (`|`) stay part of the path.
 *
 * Source: systemd.service(5), "Command lines"; `config_parse_exec()` in systemd's src/core/load-fragment.c.
 *
 * @example
 * ```ts
 * import { parseExec } from '@wca/runtime-sdk/systemd';
 *
 * const command = parseExec('-+/usr/bin/pkill -TERM -u "root"');
 * for (const one of [command, ...command.following]) {
 *   if (one.prefixes.includes('+')) console.log(`${one.path} runs with full privileges`);
 * }
 * ```
 */
export function parseExec(value: string): ExecCommand {
  const commands: ExecCommand[] = [];
  let at = behindBlanks(value, 0);
  for (;;) {
    const { command, next } = commandAt(value, at);
    if (command !== null) commands.push(command);
    if (next === null) break;
    at = next;
  }
  const [first, ...following] = commands;
  return { ...(first ?? NO_COMMAND), following };
}

const NO_COMMAND: ExecCommand = {
  prefixes: '',
  path: '',
  pathStart: 0,
  pathEnd: 0,
  args: [],
  following: [],
  fault: null,
};

function commandAt(value: string, from: number): { command: ExecCommand | null; next: number | null } {
  if (from >= value.length) return { command: null, next: null };
  const word = wordAt(value, from, true);
  if ('kind' in word || word.text === null) {
    return { command: { ...NO_COMMAND, pathStart: from, pathEnd: value.length, fault: faultOf(word) }, next: null };
  }
  // A lone ";" in the place of a program is a separator as well.
  if (word.text === ';') return { command: null, next: behindBlanks(value, word.end) };
  const { prefixes, path } = cutPrefixes(word.text);
  const args: ExecArgument[] = [];
  let fault: string | null = null;
  let at = behindBlanks(value, word.end);
  let next: number | null = null;
  while (at < value.length) {
    const mark = /^(\\?);(?:[ \t]|$)/.exec(value.slice(at, at + 3));
    if (mark?.[1] === '') {
      next = behindBlanks(value, at + 1);
      break;
    }
    if (mark !== null) {
      args.push({ value: ';', start: at, end: at + 2 });
      at = behindBlanks(value, at + 2);
      continue;
    }
    const argument = wordAt(value, at, true);
    if ('kind' in argument) {
      fault = faultOf(argument);
      break;
    }
    args.push({ value: argument.text ?? value.slice(argument.start, argument.end), start: at, end: argument.end });
    at = behindBlanks(value, argument.end);
  }
  return { command: { prefixes, path, pathStart: from, pathEnd: word.end, args, following: [], fault }, next };
}

/** `-`, `@` and `:` once each; one of `+`, `!` and `!!`. What is left belongs to the path. */
function cutPrefixes(word: string): { prefixes: string; path: string } {
  let prefixes = '';
  for (const character of word) {
    const bangs = prefixes.split('!').length - 1;
    const allowed = '-@:'.includes(character)
      ? !prefixes.includes(character)
      : character === '+'
        ? bangs === 0 && !prefixes.includes('+')
        : character === '!' && bangs < 2 && !prefixes.includes('+');
    if (!allowed) break;
    prefixes += character;
  }
  return { prefixes, path: word.slice(prefixes.length) };
}

function faultOf(word: { readonly kind: string } | { readonly text: string | null }): string {
  if (!('kind' in word)) return 'an escape that gives bytes that are not UTF-8';
  return word.kind === 'unbalanced-quote' ? 'a quote that is not closed' : 'an escape that systemd does not know';
}

function behindBlanks(value: string, from: number): number {
  let at = from;
  while (at < value.length && /[ \t\r\n]/.test(value.charAt(at))) at += 1;
  return at;
}
