import { KIMAKI } from '../bridges/index.js';

/**
 * The agent's own state below its home: sessions, settings, the data directory of the bridge. It moves with every
 * posture; without it the service starts with no memory.
 */
export const RUNTIME_STATE: readonly string[] = [
  KIMAKI.dataDirName,
  '.opencode',
  '.config/opencode',
  '.local/share/opencode',
  '.local/state/opencode',
  '.wp-cli',
];

/**
 * The developer's tools below a home: package caches, toolchains, forge logins. They move with the engineering posture
 * only; a managed agent does not use them.
 */
export const TOOLCHAIN_STATE: readonly string[] = [
  '.cargo',
  '.rustup',
  '.bun',
  '.npm',
  '.local/share/pnpm',
  '.claude',
  '.claude.json',
  '.homeboy',
  '.config/homeboy',
  '.local/share/homeboy',
  '.config/gh',
  '.gitconfig',
  '.composer',
  '.config/composer',
  '.local/share/composer',
  '.config/go',
  'go',
];

/**
 * How much of a home the agent needs: `managed` gets its runtime state only, `engineering` the toolchain as well.
 *
 * @inline
 */
export type Posture = 'managed' | 'engineering';

/**
 * Gives the names of the state that a posture moves, relative to a home.
 */
export function statePaths(posture: Posture): readonly string[] {
  return posture === 'managed' ? RUNTIME_STATE : [...RUNTIME_STATE, ...TOOLCHAIN_STATE];
}
