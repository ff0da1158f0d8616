/** The name of the mu-plugin that registers CLI channels. */
export const CHANNELS_FILE = 'wp-coding-agents-channels.php';
/** The name of the mu-plugin that registers runtime signatures. */
export const RUNTIMES_FILE = 'wp-coding-agents-runtimes.php';

/** Whether a file name is that of a managed mu-plugin, by which the installer and this package know them. Pure. */
export function isManagedName(name: string): boolean {
  return name.startsWith('wp-coding-agents-') && name.endsWith('.php');
}

/**
 * The bytes of a new managed mu-plugin with an empty region: the channels file (`bridge`), which hooks
 * `datamachine_code_cli_channels`, or the runtimes file (`runtime`), which hooks
 * `datamachine_code_worktree_runtime_signatures`.
 *
 * WordPress loads it without effect. An installed file is edited, never replaced by this.
 */
export function emptyManagedFile(kind: 'bridge' | 'runtime'): Buffer {
  const { title, description, filter, variable, region } = FILES[kind];
  return Buffer.from(`<?php
/**
 * Plugin Name: ${title}
 * Description: ${description}
 */

defined( 'ABSPATH' ) || exit;

add_filter( '${filter}', function ( ${variable} ) {
    ${variable} = is_array( ${variable} ) ? ${variable} : [];

    // BEGIN ${region}
    // END ${region}

    return ${variable};
} );
`);
}

const FILES = {
  bridge: {
    title: 'wp-coding-agents: CLI channels',
    description: 'Registers the chat bridges of this host as CLI channels. The fenced blocks are managed by programs.',
    filter: 'datamachine_code_cli_channels',
    variable: '$channels',
    region: 'bridges',
  },
  runtime: {
    title: 'wp-coding-agents: runtime signatures',
    description: 'Names the session variables of each agent runtime. The fenced blocks are managed by programs.',
    filter: 'datamachine_code_worktree_runtime_signatures',
    variable: '$signatures',
    region: 'runtimes',
  },
} as const;
