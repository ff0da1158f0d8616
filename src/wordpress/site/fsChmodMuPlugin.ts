/** The mode WordPress gives to directories, so that both its user and the user of the agent can write in them. */
export const FS_CHMOD_DIR = 0o2775;
/** The mode WordPress gives to files. */
export const FS_CHMOD_FILE = 0o664;

/** A mu-plugin: its file name in mu-plugins and its content. */
export interface MuPlugin {
  readonly name: string;
  readonly content: string;
}

/**
 * The mu-plugin that makes WordPress keep setgid and group write on what it installs and updates; pure.
 *
 * Without these constants WordPress takes the modes from ABSPATH and index.php, not from the umask. Its chmod then
 * removes both bits, and the agent cannot edit a plugin after the next update. `defined() ||` keeps a value that the
 * site defines: find it with `findContraryDefines`. It has no effect on uploads, and none on files that come by `mv`,
 * `cp -a` or `rsync -a`.
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
