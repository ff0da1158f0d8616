import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../../posix/findings/index.js';
import { SHARED_UMASK } from '../../../kimaki/identity/index.js';
import { checkTrustedPath } from '../../../posix/handles/index.js';
import { octalMode } from '../../../posix/paths/index.js';
import type { UnitSource } from '../../../systemd/document/index.js';
import { effectiveValue } from '../../../systemd/load/index.js';
import type { MigrationRefusal, UnitFilesRewrite } from '../../host/index.js';
import { isSharedDropIn, refusal } from '../../host/index.js';

/** Where a unit may be edited in place; files elsewhere belong to a package or to a generator. */
const EDITABLE = '/etc/systemd/system/';

/**
 * Refuses a unit whose files cannot be changed as needed: unsafe to edit, writable for others than root, not below
 * `/etc/systemd/system`, or overridden by a drop-in that other units share and that is therefore not edited.
 */
export async function refuseFiles(
  files: readonly UnitSource[],
  rewrite: UnitFilesRewrite,
  wanted: { readonly user: string; readonly group: string },
): Promise<Result<void, MigrationRefusal>> {
  const { facts } = rewrite;
  const unit = rewrite.effective.name;
  for (const [index, { path, document }] of files.entries()) {
    if (document.unsafe !== null) {
      return err(
        refusal(
          'UNIT_UNUSABLE',
          unit,
          `${path}:${document.unsafe.line} cannot be edited safely: ${document.unsafe.message}`,
          remedy.text('repair that line by hand, and plan again'),
        ),
      );
    }
    const trusted = await checkTrustedPath(path);
    if (trusted.isErr()) return err(untrusted(path, trusted.error.message));
    if (path.startsWith(EDITABLE) || facts[index]?.needsRewrite !== true) continue;
    const way =
      index === 0
        ? remedy.command('systemctl', 'edit', '--full', unit)
        : remedy.text(`move the drop-in to ${EDITABLE}${unit}.d, and plan again`);
    return err(
      refusal(
        'UNIT_UNUSABLE',
        unit,
        `${unit} is defined in ${path}, which belongs to a package, a generator or a run time setting, and not below ${EDITABLE}`,
        way,
      ),
    );
  }
  return refuseShared(rewrite, wanted);
}

/** Another account than root can change what root reads or runs. */
export function untrusted(path: string, message: string): MigrationRefusal {
  const way = remedy.text('let only root write it and the directories above it, and plan again');
  return refusal('UNTRUSTED_PATH', path, message, way);
}

/** After the rewrite every file but the shared ones says what is wanted: where the unit has another value, a shared one sets it. */
function refuseShared(
  { effective, rewritten }: UnitFilesRewrite,
  { user, group }: { readonly user: string; readonly group: string },
): Result<void, MigrationRefusal> {
  const unit = effective.name;
  const umask = octalMode(SHARED_UMASK);
  const right: readonly (readonly [key: string, wanted: string, holds: (value: string) => boolean])[] = [
    ['User', user, (value) => value === user],
    ['Group', group, (value) => value === group || value === ''],
    ['UMask', umask, (value) => Number.parseInt(value, 8) === SHARED_UMASK],
  ];
  for (const [key, want, holds] of right) {
    const setting = effectiveValue(effective, 'Service', key);
    const value = setting?.value ?? '';
    if (holds(value)) continue;
    // Where nothing is set any more, the last file that names the key has reset it.
    const path =
      setting?.path ??
      rewritten.findLast(({ document }) =>
        document.assignments.some((one) => one.section === 'Service' && one.key === key),
      )?.path;
    if (path === undefined || !isSharedDropIn(unit, path)) continue;
    const message = `${path} sets ${key}=${value} for other units as well and overrides ${unit}, so it is not edited`;
    const way = `set ${key}=${want} in ${EDITABLE}${unit}.d/, in a file whose name sorts after it, and plan again`;
    return err(refusal('SETTING_AGAINST', unit, message, remedy.text(way)));
  }
  return ok(undefined);
}
