import { SHARED_UMASK } from '../../kimaki/identity/index.js';
import { remedy } from '../../posix/findings/index.js';
import { octalMode, printablePath } from '../../posix/paths/index.js';
import type { WritabilityReport } from '../../wordpress/probes/index.js';
import { probePluginUpdate, probeSiteWritability, probeUploads } from '../../wordpress/probes/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 5: WordPress, as its own account, could update every plugin and theme; when asked for, it really updates one. */
export async function checkUpdates(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [...(await couldUpdate(subject)), await doesUpdate(subject), await doesUpload(subject)];
}

/** Modes may be computed from the umask: php-fpm's, where WordPress updates by itself. */
export function umaskOfWordPress({ noFpmUmask }: Pick<Subject['accepted'], 'noFpmUmask'>): number {
  return noFpmUmask === true ? 0o022 : SHARED_UMASK;
}

async function couldUpdate({ site, web, accepted }: Subject): Promise<readonly AcceptanceCheck[]> {
  const report = await probeSiteWritability(site, web, { umask: umaskOfWordPress(accepted) });
  if (report.isErr()) return [verdictsOf('updates', 5, site.path).failed(report.error.message)];
  return [judgeModes(site.path, report.value), judgeUpdates(site.path, report.value)];
}

/** Decides over the modes that WordPress gives to what it writes; without group write and setgid it is closed to the agent. Pure. */
export function judgeModes(
  site: string,
  { chmodDir, chmodFile }: Pick<WritabilityReport, 'chmodDir' | 'chmodFile'>,
): AcceptanceCheck {
  const { passed, failed } = verdictsOf('wordpress-modes', 4, site);
  const told = `FS_CHMOD_DIR ${shown(chmodDir)}, FS_CHMOD_FILE ${shown(chmodFile)}`;
  const way = remedy.text('look for another define of them, in wp-config.php or a mu-plugin');
  return isSharedMode(chmodDir, chmodFile)
    ? passed(`WordPress keeps what it writes open to the agent (${told})`)
    : failed(`WordPress would close what it writes to the agent (${told}; 2775 and 0664 are wanted)`, way);
}

/** Decides whether WordPress could update everything; pure. */
export function judgeUpdates(site: string, report: WritabilityReport): AcceptanceCheck {
  const { passed, failed } = verdictsOf('updates', 5, site);
  const { ok, filesystemMethod, unwritable, directories } = report;
  if (ok)
    return passed(`WordPress ${report.wordpress} can update directly, and can replace every plugin and theme file`);
  if (filesystemMethod !== 'direct') {
    const way = remedy.text('look who owns wp-admin/includes/file.php');
    return failed(`get_filesystem_method() says ${filesystemMethod}, so unattended updates stop`, way);
  }
  const closed = directories.filter(({ writable }) => !writable).map(({ path }) => path);
  const files = unwritable.paths.slice(0, 3).map(({ path }) => printablePath(path));
  const named = [...closed, ...files].slice(0, 4).join(', ');
  return failed(`WordPress cannot replace ${unwritable.count} files or directories: ${named}`);
}

async function doesUpdate({ site, web, options }: Subject): Promise<AcceptanceCheck> {
  const { passed, failed, unchecked } = verdictsOf('update-probe', 5, site.path);
  if (options.probeUpdate !== true) return unchecked('no plugin was really updated', remedy.option('probeUpdate'));
  const probe = await probePluginUpdate(site, web, { umask: SHARED_UMASK });
  if (probe.isErr()) return failed(probe.error.message);
  const { ok, codes, message, directory, file } = probe.value;
  if (!ok) return failed(`WordPress could not update a throw-away plugin: ${codes.join(', ')} ${message}`.trim());
  const modes = `directory ${shown(directory?.mode)}, file ${shown(file?.mode)}`;
  return isSharedMode(directory?.mode, file?.mode)
    ? passed(`WordPress updated a throw-away plugin (${modes}), which is removed again`)
    : failed(`WordPress updated a throw-away plugin, but what it wrote is closed to the agent (${modes})`);
}

async function doesUpload({ site, web, options }: Subject): Promise<AcceptanceCheck> {
  const { passed, failed, unchecked } = verdictsOf('upload-probe', 5, site.path);
  if (options.probeUpdate !== true) return unchecked('no upload was tried', remedy.option('probeUpdate'));
  const probe = await probeUploads(site, web, { umask: SHARED_UMASK });
  if (probe.isErr()) return failed(probe.error.message);
  return probe.value.ok
    ? passed(`an upload went to ${probe.value.path} and is removed again`)
    : failed(probe.value.message);
}

/** The group may write in the directory and hands itself on (setgid), and may write the file. */
export function isSharedMode(directory: number | null | undefined, file: number | null | undefined): boolean {
  return ((directory ?? 0) & 0o2020) === 0o2020 && ((file ?? 0) & 0o020) !== 0;
}

function shown(mode: number | null | undefined): string {
  return mode === undefined || mode === null ? 'missing' : octalMode(mode);
}
