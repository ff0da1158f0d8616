import { BRIDGES, bridgeOfProgram } from '../bridges/index.js';
import { isAtOrBelow } from '../../posix/paths/index.js';
import { parseEnvironment, parseExec, splitWords } from '../../systemd/values/index.js';
import type { EnvironmentVariable } from '../../systemd/values/index.js';
import { dropAllowRoot, dropAllowRootWord, movePathList, movePaths, throughManagerHome } from './textRewrite.js';
import type { TextRewrite } from './textRewrite.js';
import type { LinePrefix } from './unitRewrite.js';

/** What a unit's own directories and program become. */
export interface OwnPaths {
  readonly newHome: string;
  readonly oldDataDir: string;
  readonly newDataDir: string;
  readonly binary: string | null;
  readonly addArgs?: readonly string[];
}

/** Rewrites the variables of one `Environment=` value; blanks, quotes and other variables keep their bytes. */
export function rewriteEnvironment(
  value: string,
  own: OwnPaths,
  rewrite: TextRewrite,
): { readonly value: string; readonly changed: readonly { readonly before: string; readonly after: string }[] } {
  const changed: { before: string; after: string }[] = [];
  let result = value;
  // Backwards, so that the offsets of what is still to come stay right.
  for (const variable of parseEnvironment(value).toReversed()) {
    const wanted = rewriteVariable(variable, own, rewrite);
    if (wanted === variable.value) continue;
    const raw = value.slice(variable.start, variable.end);
    result = result.slice(0, variable.start) + written(raw, variable, wanted) + result.slice(variable.end);
    changed.unshift({ before: `${variable.name}=${variable.value}`, after: `${variable.name}=${wanted}` });
  }
  return withoutStrayFlag(result, changed);
}

/**
 * Of an unquoted `DATAMACHINE_WP_CMD=wp --allow-root` systemd takes the first word, and complains of the second at each
 * start.
 */
function withoutStrayFlag(
  value: string,
  changed: readonly { readonly before: string; readonly after: string }[],
): ReturnType<typeof rewriteEnvironment> {
  const { words } = splitWords(value, false);
  const at = words.findIndex(({ text }) => text === '--allow-root');
  const [before, stray] = [words[at - 1], words[at]];
  if (before?.text?.startsWith('DATAMACHINE_WP_CMD=') !== true || stray === undefined) return { value, changed };
  const told = { before: `${before.text} ${stray.text ?? ''}`, after: before.text };
  return { value: value.slice(0, before.end) + value.slice(stray.end), changed: [...changed, told] };
}

/** Gives the commands of a value that start this program a prefix, each unless it has it. */
export function withPrefix(value: string, { program, prefix }: Pick<LinePrefix, 'program' | 'prefix'>): string {
  const first = parseExec(value);
  return [first, ...first.following]
    .toReversed()
    .filter(({ path, prefixes }) => path === program && !prefixes.includes(prefix))
    .reduce((text, { pathStart }) => text.slice(0, pathStart) + prefix + text.slice(pathStart), value);
}

/** Rewrites `--data-dir`, further arguments and the program of an `ExecStart=` value, where the program is a bridge. */
export function rewriteExecStart(value: string, own: OwnPaths): string {
  const first = parseExec(value);
  let result = value;
  for (const command of [first, ...first.following].toReversed()) {
    const isBridge = bridgeOfProgram(command.path) !== null;
    const missing = isBridge
      ? (own.addArgs ?? []).filter((word) => command.args.every((arg) => arg.value !== word))
      : [];
    const end = command.args.at(-1)?.end ?? command.pathEnd;
    result = result.slice(0, end) + missing.map((word) => ` ${word}`).join('') + result.slice(end);
    for (const [index, argument] of [...command.args.entries()].toReversed()) {
      const joined = /^--data-dir=(.*)$/s.exec(argument.value);
      const follows = command.args[index - 1]?.value === '--data-dir';
      const path = joined?.[1] ?? (follows ? argument.value : null);
      if (path === null || own.oldDataDir === own.newDataDir || !samePath(path, own.oldDataDir)) continue;
      const wanted = joined === null ? own.newDataDir : `--data-dir=${own.newDataDir}`;
      if (wanted !== argument.value) result = result.slice(0, argument.start) + wanted + result.slice(argument.end);
    }
    if (own.binary !== null && isBridge && command.path !== own.binary) {
      result = result.slice(0, command.pathStart) + command.prefixes + own.binary + result.slice(command.pathEnd);
    }
  }
  return result;
}

function rewriteVariable({ name, value }: EnvironmentVariable, own: OwnPaths, rewrite: TextRewrite): string {
  if (name === 'HOME') return own.newHome;
  if (DATA_DIR.has(name) && samePath(value, own.oldDataDir)) return own.newDataDir;
  if (name === 'PATH') return movePathList(value, rewrite);
  if (/^XDG_[A-Z]+_HOME$/.test(name)) {
    const home = rewrite.oldHomes.find((old) => isAtOrBelow(value, old));
    if (home !== undefined) return own.newHome + value.slice(home.length);
  }
  const moved = throughManagerHome(value, (text) => movePaths(text, rewrite));
  if (name === 'DATAMACHINE_WP_TRANSPORT_JSON') return dropAllowRootWord(moved);
  return name === 'DATAMACHINE_WP_CMD' ? dropAllowRoot(moved) : moved;
}

/** The variables in which bridges are told their data directory. */
const DATA_DIR: ReadonlySet<string | null> = new Set(BRIDGES.map(({ variables }) => variables.dataDir));

/** Puts the new value where the old one stood, in the quotes it had; a value written with escapes is written anew. */
function written(raw: string, { name, value }: EnvironmentVariable, wanted: string): string {
  const at = raw.indexOf(`${name}=${value}`);
  const plain = at !== -1 && (value !== '' || at + name.length + 1 >= raw.length - 1);
  if (plain) return raw.slice(0, at) + `${name}=${wanted}` + raw.slice(at + name.length + 1 + value.length);
  return `"${name}=${wanted.replace(/[\\"]/g, '\\$&')}"`;
}

function samePath(one: string, other: string): boolean {
  const plain = (path: string): string =>
    path
      .replace(/%h/, '/root')
      .replace(/\/+/g, '/')
      .replace(/(.)\/$/, '$1');
  return plain(one) === plain(other);
}
