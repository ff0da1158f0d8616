import { BRIDGES } from '../bridges/index.js';
import type { Bridge } from '../bridges/index.js';

/** What the agent keeps below its home whatever connects it with a chat. */
const AGENT_STATE: readonly string[] = [
  '.opencode',
  '.config/opencode',
  '.local/share/opencode',
  '.local/state/opencode',
  '.wp-cli',
  // The runtimes Claude Code and Codex: logins, sessions, settings.
  '.claude',
  '.claude.json',
  '.codex',
];

/**
 * The agent's own state below its home: sessions, settings, the data directory of the bridge and what else is the bridge's.
 * It moves with every posture; without it the service starts with no memory.
 */
export function runtimeState({ dataDirName, state }: Bridge): readonly string[] {
  return [dataDirName, ...AGENT_STATE, ...state];
}

/** The state of an agent behind any bridge. */
export const RUNTIME_STATE: readonly string[] = [...new Set(BRIDGES.flatMap(runtimeState))];

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
