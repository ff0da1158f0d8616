import { basename } from 'node:path';
import type { StatePath, StatePathPlan } from '../../../kimaki/state-paths/index.js';
import { printablePath } from '../../../posix/paths/index.js';

/** So many are named one by one. */
const SHOWN = 20;

/** Whether these paths are rewritten: as asked, if asked, or not at all, for they are in what does not move. */
export type FollowsMove = 'yes' | 'when-asked' | 'no';

/**
 * What a plan tells of the paths that the state holds of itself: each that leads to the old home, by channel where the
 * database says so, and what cannot follow the move whatever is asked for.
 */
export function statePathWarnings(
  { paths, stuck, notSearched }: StatePathPlan,
  follows: FollowsMove,
): readonly string[] {
  const way = follows === 'when-asked' ? '; --rewrite-paths lets it follow' : '';
  const listed = follows === 'yes' ? [] : paths.map((path) => `${shown(path)}${way}`);
  return [
    ...atMost(listed),
    ...atMost(stuck.map((text) => `${text}, and the agent will not reach it`)),
    ...atMost(notSearched.map((text) => `not looked into for paths that lead to the old home: ${text}`)),
  ];
}

function shown(path: StatePath): string {
  switch (path.kind) {
    case 'database':
      return `${printablePath(basename(path.file))}, ${path.label}: ${path.column} is ${printablePath(path.before)} and stays so`;
    case 'link':
      return `the link ${printablePath(path.file)} leads to ${printablePath(path.before)} and stays so`;
    case 'text':
      return `${printablePath(path.file)} names paths in the old home and keeps doing so`;
  }
}

function atMost(texts: readonly string[]): readonly string[] {
  return texts.length <= SHOWN ? texts : [...texts.slice(0, SHOWN), `… and ${texts.length - SHOWN} more like these`];
}
