import { isAtOrBelow } from '../../posix/paths/index.js';
import { replacePathPrefix } from '../../systemd/values/index.js';
import { mentionsPath } from '../instance/index.js';

/** A place that moves. @inline */
export interface PathMove {
  readonly from: string;
  readonly to: string;
}

/** What every text of a unit is rewritten with. */
export interface TextRewrite {
  readonly user: string;
  readonly oldUser: string;
  readonly oldHomes: readonly string[];
  readonly newHome: string;
  /** Longest first. */
  readonly moves: readonly PathMove[];
}

/** Gives every path below something that moves its new place; other paths stay, even below an old home. */
export function movePaths(text: string, { moves }: TextRewrite): string {
  return moves.reduce((moved, { from, to }) => replacePathPrefix(moved, from, to), text);
}

/** A PATH for the new user: moved directories at their new place, others below an old home dropped. */
export function movePathList(list: string, rewrite: TextRewrite): string {
  const move = (entry: string): string => throughManagerHome(entry, (text) => movePaths(text, rewrite));
  const entries = list.split(':').map((entry) => ({ entry, moved: move(entry) }));
  const kept = entries
    .filter(({ entry, moved }) => moved !== entry || !below(entry, rewrite.oldHomes))
    .map(({ moved }) => moved);
  return kept.length === 0 ? '/usr/local/bin:/usr/bin:/bin' : kept.join(':');
}

/** Takes `--allow-root` out of a command line, with the blank before it. */
export function dropAllowRoot(text: string): string {
  return text.replace(/[ \t]+--allow-root(?=[\s"';&|)]|$)/g, '').replace(/(^|["'(])--allow-root[ \t]+/g, '$1');
}

/** Takes `--allow-root` out of a command that is written as a JSON array of its words; any other text stays as it is. */
export function dropAllowRootWord(json: string): string {
  if (!json.includes('--allow-root')) return json;
  const words = jsonOf(json);
  return Array.isArray(words) ? JSON.stringify(words.filter((word) => word !== '--allow-root')) : json;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Rewrites a command line: paths that move, `HOME=`, `--allow-root`, and whose processes `pkill` looks for. */
export function rewriteCommand(text: string, rewrite: TextRewrite): string {
  const { oldHomes, newHome } = rewrite;
  const homes = oldHomes.reduce(
    (moved, home) =>
      moved.replace(
        new RegExp(`((?:^|[\\s"';&|(])HOME=["']?)${escapeRegExp(home)}/?(?=[\\s"';&|)]|$)`, 'g'),
        (_, before: string) => before + newHome,
      ),
    movePaths(text, rewrite),
  );
  return retargetPkill(dropAllowRoot(homes), rewrite);
}

/** Whether a text still names something below one of these homes. */
export function namesOldHome(text: string, oldHomes: readonly string[]): string | null {
  const expanded = text.replace(/%(.)/g, (specifier, letter: string) => (letter === 'h' ? '/root' : specifier));
  return oldHomes.find((home) => mentionsPath(expanded, home)) ?? null;
}

/**
 * Applies a change to a text as it stands and as it reads with `%h` expanded, which the system manager takes for root's
 * home whoever the unit runs as (systemd.unit(5), Specifiers). Where that makes no difference, the specifier stays.
 */
export function throughManagerHome(text: string, change: (text: string) => string): string {
  const changed = change(text);
  const expanded = changed.replace(/%(.)/g, (specifier, letter: string) => (letter === 'h' ? '/root' : specifier));
  const viaHome = expanded === changed ? expanded : change(expanded);
  return viaHome === expanded ? changed : viaHome;
}

function retargetPkill(text: string, { user, oldUser }: TextRewrite): string {
  const names = oldUser === 'root' ? '(?:root|0)' : escapeRegExp(oldUser);
  const option = new RegExp(
    `(^|\\s)(-[uU]\\s*|--(?:euid|uid|user)[=\\s]\\s*)(["']?)${names}(?=\\3(?:[\\s"';,]|$))`,
    'g',
  );
  return text.replace(/(?:^|[\s/"'])(?:pkill|pgrep|killall)\b[^;&|]*/g, (command) =>
    command.replace(option, (_, before: string, flag: string, quote: string) => `${before}${flag}${quote}${user}`),
  );
}

function below(path: string, homes: readonly string[]): boolean {
  const expanded = path.replace(/%h/, '/root');
  return homes.some((home) => isAtOrBelow(expanded, home));
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
