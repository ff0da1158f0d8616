/**
 * What a variable can do to a program that root runs.
 *
 * `plain`: no program takes a path or code from it. `path`: what its value names is searched or read. `application`: only
 * the agent's own programs, and scripts that name it, read it. `unknown`: any other, and it counts as harmful.
 */
export type VariableKind = 'plain' | 'path' | 'application' | 'unknown';

const PLAIN =
  /^(LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|COLUMNS|LINES|USER|LOGNAME|NO_COLOR|FORCE_COLOR|CI|NODE_ENV|DEBIAN_FRONTEND)$/;
const PATHS = /^(HOME|SHELL|PATH|TMPDIR)$/;
const APPLICATION =
  /^(KIMAKI|ROADIE|DATAMACHINE|OPENCODE|HOMEBOY|WP_CODING_AGENTS)_[A-Z0-9_]+$|_(API_KEY|TOKEN|BASE_URL)$/;

/** Tells what kind of variable this is, by its name; pure. */
export function variableKind(name: string): VariableKind {
  if (PLAIN.test(name)) return 'plain';
  if (PATHS.test(name)) return 'path';
  return APPLICATION.test(name) && !isReadByLoader(name) ? 'application' : 'unknown';
}

/** Whether the dynamic loader or the C library reads it in every program. Source: ld.so(8), environ(7). */
export function isReadByLoader(name: string): boolean {
  return /^(LD_|GLIBC_|MALLOC_|GCONV_PATH$|LOCPATH$|NLSPATH$|GETCONF_DIR$|HOSTALIASES$|RES_OPTIONS$|TZDIR$)/.test(name);
}

/** Programs that take their arguments as words, and no settings from a home or the current directory. */
const WORD_TOOLS = new Set(
  '[ basename date dirname echo expr false getent id kill killall logger pgrep pidof pkill printf sleep sync systemctl test true uname'.split(
    ' ',
  ),
);
/** Programs that take files as arguments, and no settings from a home or the current directory. */
const FILE_TOOLS = new Set(
  'cat chgrp chmod chown cmp cp cut diff find getfacl grep head install ln ls mkdir mktemp mountpoint mv readlink realpath rm rmdir sed setfacl sort stat systemd-tmpfiles tail tee touch tr truncate wc'.split(
    ' ',
  ),
);
const SHELLS = new Set(['sh', 'dash', 'bash']);
/** Programs that read settings from HOME or the current directory, and run what these name; sought in texts of shells. */
const READERS =
  /^(npm|npx|pnpm|yarn|bun|bunx|node|nodejs|deno|git|gh|wp|php|composer|python[0-9.]*|pip[0-9.]*|ruby|perl|make|curl|wget|ssh|scp|rsync|gpg|mysql|mysqldump|psql|vim?|less|zsh|kimaki|opencode|roadie|docker|podman)$/;

/** How a program treats its arguments, its home and its directory; pure. */
export function programKind(program: string): 'words' | 'files' | 'shell' | 'other' {
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (WORD_TOOLS.has(name)) return 'words';
  if (FILE_TOOLS.has(name)) return 'files';
  return SHELLS.has(name) ? 'shell' : 'other';
}

/** What a shell is told to run. */
export interface ShellLine {
  /** The text behind `-c`, or null. */
  readonly text: string | null;
  /** The script, as it is written, or null. */
  readonly script: string | null;
  /** It reads files of the home first: a login or an interactive shell, or one with `--rcfile`. */
  readonly readsHome: boolean;
}

/** Reads the arguments of sh, dash or bash; pure. Source: bash(1), dash(1). */
export function shellLine(args: readonly string[]): ShellLine {
  let isText = false;
  let readsHome = false;
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (!/^[-+]./.test(word) || word === '--') {
      const operand = word === '--' || word === '-' ? args[index + 1] : word;
      return isText
        ? { text: operand ?? '', script: null, readsHome }
        : { text: null, script: operand ?? null, readsHome };
    }
    if (word.startsWith('--')) {
      readsHome ||= /^--(login|rcfile|init-file)$/.test(word);
      if (/^--(rcfile|init-file)$/.test(word)) index += 1;
      continue;
    }
    isText ||= word.startsWith('-') && word.includes('c');
    readsHome ||= /[li]/.test(word);
    if (/[oO]$/.test(word)) index += 1;
  }
  return { text: null, script: null, readsHome };
}

/** Words that stand before a command and are none themselves. */
const BEFORE_COMMAND =
  /^(!|if|then|elif|else|while|until|do|time|exec|command|builtin|eval|sudo|env|nice|nohup|ionice|setsid|timeout|xargs|[A-Za-z_]\w*=.*|-.*|[0-9.]+[smhd]?)$/;

/** The first program in a shell's text that reads settings from HOME or the current directory; pure, and a guess. */
export function readerIn(text: string): string | undefined {
  return withoutComments(text)
    .split(/[;&|\n(){}`]+/)
    .map((part) =>
      part
        .replace(/["']/g, '')
        .split(/\s+/)
        .find((word) => word !== '' && !BEFORE_COMMAND.test(word)),
    )
    .find((word) => word !== undefined && READERS.test(word.slice(word.lastIndexOf('/') + 1)));
}

function withoutComments(text: string): string {
  return text.replace(/(^|\s)#.*$/gm, '$1');
}

/** The variables that a text of a shell names, `~` as HOME; pure. */
export function variablesIn(text: string): ReadonlySet<string> {
  const names = [...text.matchAll(/\$\{?[!#]?([A-Za-z_][A-Za-z0-9_]*)/g)].map(([, name]) => name ?? '');
  return new Set(/(^|[\s'"=:])~/.test(text) ? [...names, 'HOME'] : names);
}

/** The absolute and relative paths that an argument holds, whole and in parts (`--file=/x`, `-f/x`, `a:/x`); pure. */
export function pathsIn(argument: string): readonly string[] {
  const joined = /^-[A-Za-z](\/.*)$/s.exec(argument)?.[1];
  const parts = argument.split(/[\s'"`;|&<>(){}=:,]+/).filter((word) => word.includes('/') && !word.startsWith('-'));
  return [
    ...new Set([...(argument.startsWith('/') ? [argument] : []), ...(joined === undefined ? [] : [joined]), ...parts]),
  ];
}

/** What env(1) starts. */
export interface EnvLine {
  readonly command: readonly string[];
  /** It starts from an empty environment. */
  readonly clears: boolean;
  readonly unsets: readonly string[];
  readonly sets: readonly (readonly [name: string, value: string])[];
  readonly directory: string | null;
}

/** Reads the arguments of env(1); null where one is not understood. Pure. */
export function envLine(args: readonly string[]): EnvLine | null {
  let clears = false;
  let directory: string | null = null;
  const unsets: string[] = [];
  let at = 0;
  for (; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const [, short, long, joined] = /^-([uC])$|^--(unset|chdir)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (word === '-' || word === '-i' || word === '--ignore-environment') clears = true;
    else if (short !== undefined || long !== undefined) {
      const value = joined ?? args[(at += 1)];
      if (value === undefined) return null;
      if ((short ?? long) === 'u' || long === 'unset') unsets.push(value);
      else directory = value;
    } else if (word === '--') {
      at += 1;
      break;
    } else if (word === '-S' || word === '--split-string') {
      const rest = args[at + 1];
      if (rest === undefined || /["'\\$]/.test(rest)) return null;
      const split = envLine([...rest.split(/\s+/).filter((one) => one !== ''), ...args.slice(at + 2)]);
      return split === null ? null : { ...split, clears: clears || split.clears, unsets: [...unsets, ...split.unsets] };
    } else if (word.startsWith('-')) return null;
    else break;
  }
  const sets: [string, string][] = [];
  for (; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const equals = word.indexOf('=');
    if (equals < 1) break;
    sets.push([word.slice(0, equals), word.slice(equals + 1)]);
  }
  return { command: args.slice(at), clears, unsets, sets, directory };
}
