import { basename } from 'node:path';
import type { StatePath, StatePathPlan } from '../../../kimaki/state-paths/index.js';
import type { Remedy } from '../../../posix/findings/index.js';
import { printablePath } from '../../../posix/paths/index.js';

/** As many as are named one by one. */
const SHOWN = 20;

/** Something an operator should know, and what changes it. */
export type Warning = { readonly text: string; readonly remedy?: Remedy };

/**
 * Warns of the paths inside the state that lead to the old home and cannot follow the move, and of those that could and are
 * kept, named by channel where the database says so. Pure.
 *
 * @param follow - whether those that can are rewritten
 */
export function statePathWarnings({ paths, stuck, notSearched }: StatePathPlan, follow: boolean): readonly Warning[] {
  const listed = follow ? [] : paths.map((path): Warning => ({ text: `${shown(path)} and will break, as asked for` }));
  return [
    ...atMost(listed),
    ...atMost(stuck.map((text) => ({ text: `${text}, and the agent will not reach it` }))),
    ...atMost(notSearched.map((text) => ({ text: `not searched for paths that lead to the old home: ${text}` }))),
  ];
}

function shown(path: StatePath): string {
  switch (path.kind) {
    case 'database':
      return `${printablePath(basename(path.file))}, ${path.label}: ${path.column} points to ${printablePath(path.before)}`;
    case 'link':
      return `the link ${printablePath(path.file)} points to ${printablePath(path.before)}`;
    case 'text':
      return `${printablePath(path.file)} names paths in the old home`;
  }
}

function atMost(warnings: readonly Warning[]): readonly Warning[] {
  const more = warnings.length - SHOWN;
  return more <= 0 ? warnings : [...warnings.slice(0, SHOWN), { text: `… and ${more} more like these` }];
}
