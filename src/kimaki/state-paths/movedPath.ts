import { isAtOrBelow } from '../../posix/paths/index.js';
import { replacePathPrefix } from '../../systemd/values/index.js';
import type { PathMove } from '../unit/index.js';

/** Where a path is after the moves, or null when none of them takes it along. The longest move that fits counts. */
export function movedPath(path: string, moves: readonly PathMove[]): string | null {
  const move = moves
    .filter(({ from }) => isAtOrBelow(path, from))
    .sort((one, other) => other.from.length - one.from.length)[0];
  return move === undefined ? null : `${move.to}${path.slice(move.from.length)}`;
}

/**
 * Rewrites the paths of a text that stand for themselves: whole strings of a JSON document, and any word of a script, where
 * git says that a worktree is.
 *
 * Other texts stay as they are, and so does what a string says besides a path: what the agent once wrote or was told is
 * its memory and not a setting.
 */
export function movePathsOfText(text: string, name: string, moves: readonly PathMove[]): string {
  if (text.startsWith('#!')) {
    const longestFirst = moves.toSorted((one, other) => other.from.length - one.from.length);
    return longestFirst.reduce((moved, { from, to }) => replacePathPrefix(moved, from, to), text);
  }
  if (name === '.git' || name === 'gitdir') {
    return text.replace(/^(gitdir: )?(\/[^\n]*)(?=\n?$)/, (pointer, word: string | undefined, path: string) => {
      const moved = movedPath(path, moves);
      return moved === null ? pointer : `${word ?? ''}${moved}`;
    });
  }
  if (!/\.jsonc?$/.test(name)) return text;
  return text.replace(/"(?:[^"\\\n]|\\.)*"/g, (literal) => {
    const value = parsed(literal);
    const [, scheme = '', path = ''] = /^(file:\/\/)?(\/[^\n]*)$/.exec(value ?? '') ?? [];
    const moved = path === '' ? null : movedPath(path, moves);
    if (moved === null) return literal;
    const written = JSON.stringify(`${scheme}${moved}`);
    return literal.includes('\\/') ? written.replaceAll('/', '\\/') : written;
  });
}

function parsed(literal: string): string | null {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}
