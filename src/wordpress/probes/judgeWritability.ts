import { findingsAbout, remedy } from '../../posix/findings/index.js';
import type { Finding, Remedy } from '../../posix/findings/index.js';
import type { WritabilityReport } from './probeSiteWritability.js';

/**
 * One reason why WordPress could not change its own files.
 *
 * Its subject is the component: `plugin:akismet`, `theme:twentytwentythree`, `plugins`, `upgrade`, `uploads-now`,
 * `wordpress`. `broken`: an update or an upload fails. `risk`: those work, and an editor of these files does not.
 *
 * @inline
 */
export interface SiteFault extends Finding<
  | 'plugin-closed'
  | 'theme-closed'
  | 'plugins-closed'
  | 'themes-closed'
  | 'upgrade-closed'
  | 'upgrade-leftover'
  | 'languages-closed'
  | 'uploads-closed'
  | 'upload-entries-closed'
  | 'content-closed'
  | 'not-direct'
  | 'file-mods-off'
> {
  /** The first path that refuses, or null when it is not about a path. */
  readonly path: string | null;
  /** How many entries refuse. */
  readonly count: number;
  /** The error code an update ends with because of this, or null when it ends otherwise or works. */
  readonly wordpressSays: string | null;
}

type SiteFaultId = SiteFault['id'];

/**
 * Lists every reason in a report why WordPress cannot update or write, with the component and the error code of a failed
 * update; pure.
 *
 * `wordpressSays` is the answer of a real server with that fault alone. With several faults an update reports only the
 * first. An empty list means that the report has no fault.
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
  const about = findingsAbout<SiteFaultId>('wordpress');
  const rest = { path: null, count: 1, wordpressSays: null };
  const faults: SiteFault[] = [];
  if (fileModsDisallowed) {
    const what = 'DISALLOW_FILE_MODS is on, so WordPress updates nothing';
    const way = remedy.text('remove DISALLOW_FILE_MODS from wp-config.php, unless it is intended');
    faults.push({ ...about('file-mods-off', 'note', what, way), ...rest });
  }
  if (filesystemMethod !== 'direct') {
    const why = methodDefined
      ? 'the site defines FS_METHOD'
      : 'wp-admin/includes/file.php or wp-content belongs to another account';
    const what = `get_filesystem_method() is ${filesystemMethod || 'none'}, expected direct (${why}): automatic updates stop without an error`;
    const way = methodDefined
      ? remedy.text('remove FS_METHOD from wp-config.php')
      : remedy.text('let the account of WordPress own wp-admin/includes/file.php and wp-content');
    faults.push({ ...about('not-direct', 'broken', what, way), ...rest });
  }
  return faults;
}

type Closed = { readonly id: SiteFaultId; readonly wordpressSays: string | null; readonly harm: string };

const CLOSED: Readonly<Record<string, Closed>> = {
  content: {
    id: 'content-closed',
    wordpressSays: null,
    harm: 'WordPress cannot create anything in it, such as upgrade',
  },
  plugins: {
    id: 'plugins-closed',
    wordpressSays: 'remove_old_failed',
    harm: 'an update deletes the old plugin and cannot create the new one; an install fails with mkdir_failed_destination',
  },
  themes: {
    id: 'themes-closed',
    wordpressSays: 'remove_old_failed',
    harm: 'an update deletes the old theme and cannot create the new one; an install fails with mkdir_failed_destination',
  },
  upgrade: { id: 'upgrade-closed', wordpressSays: 'mkdir_failed_ziparchive', harm: 'no update can be unpacked' },
  languages: { id: 'languages-closed', wordpressSays: null, harm: 'translations cannot be installed' },
  uploads: { id: 'uploads-closed', wordpressSays: null, harm: 'nothing can be uploaded' },
  'uploads-now': { id: 'uploads-closed', wordpressSays: null, harm: 'nothing can be uploaded this month' },
};

function directoryFaults({ directories }: WritabilityReport): readonly SiteFault[] {
  return directories.flatMap(({ name, path, exists, writable }) => {
    const closed = CLOSED[name];
    if (writable || closed === undefined) return [];
    const { id, wordpressSays, harm } = closed;
    const what = exists
      ? `${path} is not writable for WordPress: ${harm}`
      : `${path} does not exist and cannot be created: ${harm}`;
    return [
      { ...findingsAbout<SiteFaultId>(name)(id, 'broken', what, own(path), [path]), path, count: 1, wordpressSays },
    ];
  });
}

function componentFaults({ unwritable, wordpress }: WritabilityReport): readonly SiteFault[] {
  // WordPress 6.3 and later first moves the old version away; only its own directory has to be writable for that.
  const [major = 0, minor = 0] = wordpress.split('.').map(Number);
  const movesAside = major > 6 || (major === 6 && minor >= 3);
  return unwritable.components.map(({ component, count, itself, path }): SiteFault => {
    const about = findingsAbout<SiteFaultId>(component);
    const [kind = '', name = ''] = component.split(/:(.*)/s);
    const of = (id: SiteFaultId, blocks: boolean, what: string, wordpressSays: string | null): SiteFault => ({
      ...about(id, blocks ? 'broken' : 'risk', what, own(path), [path]),
      path,
      count,
      wordpressSays,
    });
    if (kind === 'plugin' || kind === 'theme') {
      const blocks = itself || !movesAside;
      const harm = blocks ? 'it cannot be updated' : 'this version of WordPress can update it, but an editor cannot';
      const what = `${count} entries of ${kind} ${name} are not writable for WordPress, the first is ${path}: ${harm}`;
      const id = kind === 'plugin' ? 'plugin-closed' : 'theme-closed';
      return of(id, blocks, what, blocks ? 'files_not_writable' : null);
    }
    if (kind === 'upgrade') {
      const what = `${count} entries left in upgrade are not writable for WordPress, the first is ${path}: an update that unpacks to the same name fails (mkdir_failed_ziparchive where a directory is missing in it)`;
      return of('upgrade-leftover', true, what, 'copy_failed_ziparchive');
    }
    const what = `${count} translations are not writable for WordPress, the first is ${path}: they cannot be updated`;
    return of('languages-closed', true, what, null);
  });
}

function uploadFaults({ uploads: { count, path } }: WritabilityReport): readonly SiteFault[] {
  if (count === 0) return [];
  const what =
    `${count} entries of uploads are not writable for WordPress, the first is ${path ?? '?'}: it cannot edit or replace them, ` +
    'nor create or delete anything in those that are directories';
  const about = findingsAbout<SiteFaultId>('uploads');
  const evidence = path === null ? [] : [path];
  return [
    {
      ...about('upload-entries-closed', 'risk', what, own(path ?? 'them'), evidence),
      path,
      count,
      wordpressSays: null,
    },
  ];
}

function own(path: string): Remedy {
  return remedy.text(`let the account of WordPress own ${path}`);
}
