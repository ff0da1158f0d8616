import type { IdentityError } from '../../posix/accounts/index.js';
import type { Aborted, IoError, RelativePath } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import type { FpmError, FpmPool } from '../fpm/index.js';

/** One WordPress install as its files describe it. Paths are absolute with links resolved, as far as they exist. */
export interface Site {
  /** The directory of `wp-load.php` (ABSPATH without the slash). */
  readonly path: string;
  /** `6.8.1`; null when version.php has none. */
  readonly version: string | null;
  readonly contentDir: string;
  readonly pluginsDir: string;
  readonly themesDir: string;
  readonly muPluginsDir: string;
  readonly uploadsDir: string;
  readonly languagesDir: string;
  /** WordPress unpacks updates here. */
  readonly upgradeDir: string;
  /** The wp-config.php that WordPress loads, by the name WordPress uses (it can be a link); null when there is none. */
  readonly configPath: string | null;
  /** DATAMACHINE_WORKSPACE_PATH as wp-config.php has it; null where it has none, or a value that only PHP can compute. */
  readonly workspace: string | null;
  readonly multisite: boolean;
  /** Host name of the main site of a network, when wp-config.php has it. */
  readonly host: string | null;
  /** The user and group WordPress runs as: those of the pool; without a pool, those of wp-content. */
  readonly owner: { readonly user: string; readonly uid: number; readonly group: string; readonly gid: number };
  /** The pool that serves the site. When the host has several, `notes` says why this one was chosen. */
  readonly fpm: FpmPool | null;
  /** Everything that was assumed and not read, one sentence each. */
  readonly notes: readonly string[];
}

/** Where the web server is configured. @inline */
export interface SiteOptions {
  /** Where php-fpm is configured. Default `/etc/php`. */
  readonly configDir?: string;
  /** Default `/etc/nginx/nginx.conf`. */
  readonly nginxConfig?: string;
  readonly signal?: AbortSignal;
}

/** There is no WordPress at or above the path. */
export interface NotASite {
  readonly code: 'NOT_A_SITE';
  readonly message: string;
  readonly path: string;
}

/** Why a site is not found, or cannot be described. */
export type SiteError = NotASite | RelativePath | FpmError | ReadFileError | IdentityError | IoError | Aborted;
