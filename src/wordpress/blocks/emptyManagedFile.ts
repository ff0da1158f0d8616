/** The name of the mu-plugin that registers CLI channels. */
export const CHANNELS_FILE = 'wp-coding-agents-channels.php';

/**
 * The bytes of a fresh channels mu-plugin: it hooks `datamachine_code_cli_channels` and has an empty `bridges` region.
 *
 * Loaded by WordPress as it is, it changes nothing. It is for a site that has no such file yet; an installed one is
 * edited, never replaced by this.
 *
 * @example
 * ```ts
 * import { emptyChannelsFile, putBlock } from '@wca/runtime-sdk/wordpress';
 *
 * const file = putBlock(emptyChannelsFile(), 'bridge:kimaki', "    $channels['kimaki'] = [];\n");
 * if (file.isErr()) console.error(file.error.message);
 * ```
 */
export function emptyChannelsFile(): Buffer {
  return managedFile({
    title: 'wp-coding-agents: CLI channels',
    description: 'Registers the chat bridges of this host as CLI channels. The fenced blocks are managed by programs.',
    filter: 'datamachine_code_cli_channels',
    variable: '$channels',
    region: 'bridges',
  });
}

/** A mu-plugin with one filter callback and one empty region in it. */
export function managedFile(file: {
  title: string;
  description: string;
  filter: string;
  variable: string;
  region: string;
}): Buffer {
  const { title, description, filter, variable, region } = file;
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
