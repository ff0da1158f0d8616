/** What WordPress gives to directories it makes, so that both its user and the agent's can write in them. */
export const FS_CHMOD_DIR = 0o2775;
/** What WordPress gives to files it writes. */
export const FS_CHMOD_FILE = 0o664;

/** A mu-plugin as a file: its name in mu-plugins and its bytes. */
export interface MuPlugin {
  readonly name: string;
  readonly content: string;
}

/**
 * Gives the mu-plugin that makes WordPress keep setgid and group write on what it installs and updates.
 *
 * Without these constants WordPress takes modes from ABSPATH and index.php, never from the umask, and its chmod strips
 * both, so the agent could not edit a plugin after its next update. `defined() ||` leaves a site's own value in force:
 * find those with `findContraryDefines`. It does nothing for files WordPress only uploads, and nothing for what comes
 * in by `mv`, `cp -a` or `rsync -a`.
 *
 * @example
 * ```ts
 * import { fsChmodMuPlugin } from '@wca/runtime-sdk/wordpress';
 *
 * const { name, content } = fsChmodMuPlugin();
 * console.log(name, content);
 * ```
 *
 * Source: WP_Filesystem() in wp-admin/includes/file.php, WP_Filesystem_Direct::mkdir() and put_contents().
 */
export function fsChmodMuPlugin(): MuPlugin {
  return { name: 'wca-fs-chmod.php', content: CONTENT };
}

const CONTENT = `<?php
/**
 * Plugin Name: Shared file modes
 * Description: What WordPress installs or updates stays writable for its group, so that the web server's user and the
 *              agent's user can both go on working on it.
 *
 * WordPress takes these modes from ABSPATH and index.php, not from the umask. A value defined in wp-config.php wins.
 */
defined( 'FS_CHMOD_DIR' ) || define( 'FS_CHMOD_DIR', 02775 );
defined( 'FS_CHMOD_FILE' ) || define( 'FS_CHMOD_FILE', 0664 );
`;
