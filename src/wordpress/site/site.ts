import type { IdentityError } from '../../posix/accounts/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import type { FpmError, FpmOptions, FpmPool } from '../fpm/index.js';

/** One WordPress install as its files tell. All paths are absolute with links resolved, as far as they exist. */
export interface Site {
  /** Where `wp-load.php` is (ABSPATH without the slash). */
  readonly root: string;
  /** `6.8.1`, or null when version.php does not say. */
  readonly version: string | null;
  readonly contentDir: string;
  readonly pluginsDir: string;
  readonly themesDir: string;
  readonly muPluginsDir: string;
  readonly uploadsDir: string;
  readonly languagesDir: string;
  /** Where updates are unpacked. */
  readonly upgradeDir: string;
  /** The wp-config.php WordPress loads, as WordPress names it (it may be a link), or null when there is none. */
  readonly configPath: string | null;
  readonly multisite: boolean;
  /** Host name of the network's main site when wp-config.php says it. */
  readonly host: string | null;
  /** Who WordPress runs as: user and group of the pool, or the owner of wp-content when no pool was found. */
  readonly owner: SiteOwner;
  /** The pool taken for the one that serves the site; see `notes` when there are several. */
  readonly fpm: FpmPool | null;
  /** Everything that was assumed rather than read, one sentence each. */
  readonly notes: readonly string[];
}

/** The user and group that own what WordPress writes. */
export interface SiteOwner {
  readonly user: string;
  readonly uid: number;
  readonly group: string;
  readonly gid: number;
}

/** Where the web server's files are. */
export interface SiteOptions extends FpmOptions {
  /** Default `/etc/nginx/nginx.conf`. */
  readonly nginxConfig?: string;
}

/** No WordPress there, or what was needed to describe it could not be read. */
export type SiteError =
  | { readonly code: 'NOT_A_SITE'; readonly message: string; readonly path: string }
  | { readonly code: 'RELATIVE_PATH'; readonly message: string; readonly path: string }
  | FpmError
  | ReadFileError
  | IdentityError
  | IoError;
