import { managedFile } from './emptyManagedFile.js';

/** The name of the mu-plugin that registers runtime signatures. */
export const RUNTIMES_FILE = 'wp-coding-agents-runtimes.php';

/**
 * The bytes of a fresh runtimes mu-plugin: it hooks `datamachine_code_worktree_runtime_signatures` and has an empty
 * `runtimes` region.
 *
 * Loaded by WordPress as it is, it changes nothing. An installed file is edited, never replaced by this.
 *
 * @example
 * ```ts
 * import { emptyRuntimesFile, putBlock } from '@wca/runtime-sdk/wordpress';
 *
 * const file = putBlock(emptyRuntimesFile(), 'runtime:opencode', "    $signatures['opencode'] = [];\n");
 * if (file.isErr()) console.error(file.error.message);
 * ```
 */
export function emptyRuntimesFile(): Buffer {
  return managedFile({
    title: 'wp-coding-agents: runtime signatures',
    description: 'Names the session variables of each agent runtime. The fenced blocks are managed by programs.',
    filter: 'datamachine_code_worktree_runtime_signatures',
    variable: '$signatures',
    region: 'runtimes',
  });
}
