import { SHARED_UMASK } from '../../kimaki/identity/index.js';
import { octalMode, printablePath } from '../../posix/paths/index.js';
import type { WritabilityReport } from '../../wordpress/probes/index.js';
import { probePluginUpdate, probeSiteWritability, probeUploads } from '../../wordpress/probes/index.js';
import { failed, passed, unchecked } from './check.js';
import type { AcceptanceCheck } from './check.js';
import type { Subject } from './subject.js';

/** Point 5: WordPress, as its own account, could update every plugin and theme; when asked for, it really updates one. */
export async function checkUpdates(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  return [...(await couldUpdate(subject)), await doesUpdate(subject), await doesUpload(subject)];
}

async function couldUpdate({ site, web }: Subject): Promise<readonly AcceptanceCheck[]> {
  const report = await probeSiteWritability(site, web);
  if (report.isErr()) return [failed('updates', 5, report.error.message)];
  return [sharedModes(report.value), mayUpdate(report.value)];
}

/** What WordPress gives to what it writes, in force; without group write and setgid the agent is shut out again. */
function sharedModes({ chmodDir, chmodFile }: WritabilityReport): AcceptanceCheck {
  const id = 'wordpress-modes';
  const told = `FS_CHMOD_DIR ${shown(chmodDir)}, FS_CHMOD_FILE ${shown(chmodFile)}`;
  const shared = ((chmodDir ?? 0) & 0o2020) === 0o2020 && ((chmodFile ?? 0) & 0o020) !== 0;
  return shared
    ? passed(id, 4, `WordPress keeps what it writes open to the agent (${told})`)
    : failed(
        id,
        4,
        `WordPress would close what it writes to the agent (${told}; 2775 and 0664 are wanted): look for another define of them`,
      );
}

function mayUpdate(report: WritabilityReport): AcceptanceCheck {
  const id = 'updates';
  const { ok, filesystemMethod, unwritable, directories } = report;
  if (ok)
    return passed(
      id,
      5,
      `WordPress ${report.wordpress} would update directly, and may replace every plugin and theme file`,
    );
  if (filesystemMethod !== 'direct') {
    return failed(
      id,
      5,
      `get_filesystem_method() says ${filesystemMethod}, so unattended updates stop; see who owns wp-admin/includes/file.php`,
    );
  }
  const closed = directories.filter(({ writable }) => !writable).map(({ path }) => path);
  const files = unwritable.paths.slice(0, 3).map(({ path }) => printablePath(path));
  return failed(
    id,
    5,
    `WordPress cannot replace ${unwritable.count} files or directories: ${[...closed, ...files].slice(0, 4).join(', ')}`,
  );
}

async function doesUpdate({ site, web, options }: Subject): Promise<AcceptanceCheck> {
  const id = 'update-probe';
  if (options.probeUpdate !== true) {
    return unchecked(id, 5, 'no plugin was really updated; --probe-update does it with a throw-away one');
  }
  const probe = await probePluginUpdate(site, web, { umask: SHARED_UMASK });
  if (probe.isErr()) return failed(id, 5, probe.error.message);
  const { ok, codes, message, directory, file } = probe.value;
  if (!ok)
    return failed(id, 5, `WordPress could not update a throw-away plugin: ${codes.join(', ')} ${message}`.trim());
  const modes = `directory ${shown(directory?.mode)}, file ${shown(file?.mode)}`;
  const shared = ((directory?.mode ?? 0) & 0o2020) === 0o2020 && ((file?.mode ?? 0) & 0o020) !== 0;
  return shared
    ? passed(id, 5, `WordPress updated a throw-away plugin (${modes}) and nothing of it is left`)
    : failed(id, 5, `WordPress updated a throw-away plugin, but what it wrote is closed to the agent (${modes})`);
}

async function doesUpload({ site, web, options }: Subject): Promise<AcceptanceCheck> {
  const id = 'upload-probe';
  if (options.probeUpdate !== true) return unchecked(id, 5, 'no upload was tried; --probe-update does it');
  const probe = await probeUploads(site, web, { umask: SHARED_UMASK });
  if (probe.isErr()) return failed(id, 5, probe.error.message);
  return probe.value.ok
    ? passed(id, 5, `an upload went to ${probe.value.path} and is gone again`)
    : failed(id, 5, probe.value.message);
}

function shown(mode: number | null | undefined): string {
  return mode === undefined || mode === null ? 'missing' : octalMode(mode);
}
