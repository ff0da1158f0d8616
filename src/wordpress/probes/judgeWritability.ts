import type { WritabilityReport } from './probeSiteWritability.js';

/** One reason why WordPress could not change its own files. */
export interface SiteFault {
  readonly code:
    | 'PLUGIN_CLOSED'
    | 'THEME_CLOSED'
    | 'PLUGINS_CLOSED'
    | 'THEMES_CLOSED'
    | 'UPGRADE_CLOSED'
    | 'UPGRADE_LEFTOVER'
    | 'LANGUAGES_CLOSED'
    | 'UPLOADS_CLOSED'
    | 'UPLOAD_ENTRIES_CLOSED'
    | 'CONTENT_CLOSED'
    | 'NOT_DIRECT'
    | 'FILE_MODS_OFF';
  /** `plugin:akismet`, `theme:twentytwentythree`, `plugins`, `upgrade`, `uploads-now`, `wordpress`. */
  readonly component: string;
  /** The first path that refuses, or null when it is not about a path. */
  readonly path: string | null;
  /** How many entries refuse. */
  readonly count: number;
  /** The error code an update ends with because of this, or null when it ends otherwise or goes through. */
  readonly wordpressSays: string | null;
  /** It keeps an update or an upload from working. False: those get past it, and an editor of these files does not. */
  readonly blocks: boolean;
  readonly message: string;
}

/**
 * Names every reason in a report why WordPress could not update or write, with the component and the error code an
 * update would end with; pure.
 *
 * `wordpressSays` is what WordPress answered on a real server with that fault alone. Several faults at once hide each
 * other: an update stops at the first it meets. An empty list means that the report is in order.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, judgeWritability, probeSiteWritability } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('www-data');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const report = await probeSiteWritability(site.value, identity.value);
 * if (report.isErr()) console.error(report.error.code, report.error.message);
 * else for (const { component, message } of judgeWritability(report.value)) console.log(component, message);
 * ```
 *
 * Source: WP_Upgrader::install_package(), clear_destination() and unpack_package(); _unzip_file_ziparchive().
 */
export function judgeWritability(report: WritabilityReport): readonly SiteFault[] {
  return [...methodFaults(report), ...directoryFaults(report), ...componentFaults(report), ...uploadFaults(report)];
}

function methodFaults({
  filesystemMethod,
  fileModsDisallowed,
  methodDefined,
}: WritabilityReport): readonly SiteFault[] {
  const about = { component: 'wordpress', path: null, count: 1, wordpressSays: null, blocks: true };
  const faults: SiteFault[] = [];
  if (fileModsDisallowed) {
    const message = 'DISALLOW_FILE_MODS is on: WordPress updates nothing, whatever its files belong to';
    faults.push({ ...about, code: 'FILE_MODS_OFF', message });
  }
  if (filesystemMethod !== 'direct') {
    const why = methodDefined
      ? 'the site defines FS_METHOD so'
      : 'wp-admin/includes/file.php or wp-content belongs to someone else';
    const message = `get_filesystem_method() is ${filesystemMethod || 'none'} (${why}): updates that nobody attends stop without an error`;
    faults.push({ ...about, code: 'NOT_DIRECT', message });
  }
  return faults;
}

type Closed = Pick<SiteFault, 'code' | 'wordpressSays'> & { readonly harm: string };

const CLOSED: Readonly<Record<string, Closed>> = {
  content: { code: 'CONTENT_CLOSED', wordpressSays: null, harm: 'nothing new can be made in it, such as upgrade' },
  plugins: {
    code: 'PLUGINS_CLOSED',
    wordpressSays: 'remove_old_failed',
    harm: 'an update empties the plugin and cannot put the new one in its place; an install ends with mkdir_failed_destination',
  },
  themes: {
    code: 'THEMES_CLOSED',
    wordpressSays: 'remove_old_failed',
    harm: 'an update empties the theme and cannot put the new one in its place; an install ends with mkdir_failed_destination',
  },
  upgrade: { code: 'UPGRADE_CLOSED', wordpressSays: 'mkdir_failed_ziparchive', harm: 'no update can be unpacked' },
  languages: { code: 'LANGUAGES_CLOSED', wordpressSays: null, harm: 'translations cannot be installed' },
  uploads: { code: 'UPLOADS_CLOSED', wordpressSays: null, harm: 'nothing can be uploaded' },
  'uploads-now': { code: 'UPLOADS_CLOSED', wordpressSays: null, harm: 'nothing can be uploaded this month' },
};

function directoryFaults({ directories }: WritabilityReport): readonly SiteFault[] {
  return directories.flatMap(({ name, path, exists, writable }) => {
    const closed = CLOSED[name];
    if (writable || closed === undefined) return [];
    const { code, wordpressSays, harm } = closed;
    const message = exists
      ? `${path} is closed to WordPress: ${harm}`
      : `${path} is not there and cannot be made: ${harm}`;
    return [{ code, component: name, path, count: 1, wordpressSays, blocks: true, message }];
  });
}

function componentFaults({ unwritable, wordpress }: WritabilityReport): readonly SiteFault[] {
  // From 6.3 on the old version is first moved aside whole, for which only its own directory has to be writable.
  const [major = 0, minor = 0] = wordpress.split('.').map(Number);
  const movesAside = major > 6 || (major === 6 && minor >= 3);
  return unwritable.components.map(({ component, count, itself, path }): SiteFault => {
    const [kind = '', name = ''] = component.split(/:(.*)/s);
    const about = { component, path, count };
    if (kind === 'plugin' || kind === 'theme') {
      const blocks = itself || !movesAside;
      const harm = blocks ? 'it cannot be updated' : 'WordPress of this version gets past it, an editor does not';
      return {
        ...about,
        code: kind === 'plugin' ? 'PLUGIN_CLOSED' : 'THEME_CLOSED',
        wordpressSays: blocks ? 'files_not_writable' : null,
        blocks,
        message: `${count} entries of ${kind} ${name} are closed to WordPress, the first is ${path}: ${harm}`,
      };
    }
    const isUpgrade = kind === 'upgrade';
    return {
      ...about,
      code: isUpgrade ? 'UPGRADE_LEFTOVER' : 'LANGUAGES_CLOSED',
      wordpressSays: isUpgrade ? 'copy_failed_ziparchive' : null,
      blocks: true,
      message: isUpgrade
        ? `${count} entries left in upgrade are closed to WordPress, the first is ${path}: an update that unpacks to the same name fails (mkdir_failed_ziparchive where a directory is missing in it)`
        : `${count} translations are closed to WordPress, the first is ${path}: they cannot be updated`,
    };
  });
}

function uploadFaults({ uploads: { count, path } }: WritabilityReport): readonly SiteFault[] {
  if (count === 0) return [];
  const message =
    `${count} entries of uploads are closed to WordPress, the first is ${path ?? '?'}: it cannot edit or replace them, ` +
    'nor make or delete anything in those that are directories';
  return [
    { code: 'UPLOAD_ENTRIES_CLOSED', component: 'uploads', path, count, wordpressSays: null, blocks: false, message },
  ];
}
