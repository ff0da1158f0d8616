import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { SHARED_UMASK } from '../../../kimaki/identity/index.js';
import type { UnitFile } from '../../../kimaki/instance/index.js';
import { checkTrustedPath } from '../../../posix/handles/index.js';
import { octalMode, shellWord } from '../../../posix/paths/index.js';
import { lastValue } from '../../../systemd/document/index.js';
import type { MigrationRefusal, UnitFileFacts } from '../../host/index.js';
import { isSharedDropIn, refusal } from '../../host/index.js';

/** Where a unit may be edited in place; what lies elsewhere belongs to a package or to a generator. */
const EDITABLE = '/etc/systemd/system/';

/**
 * Refuses a unit whose files cannot be brought to what is wanted: unsafe to edit, not root's alone, not the
 * administrator's, or overruled by a drop-in that other units share and that is therefore not edited.
 */
export async function refuseFiles(
  unit: string,
  files: readonly UnitFile[],
  facts: readonly UnitFileFacts[],
  wanted: { readonly user: string; readonly group: string },
): Promise<Result<void, MigrationRefusal>> {
  for (const [index, { path, document }] of files.entries()) {
    if (document.unsafe !== null) {
      return err(
        refusal('UNIT_UNUSABLE', `${path}:${document.unsafe.line} cannot be edited safely: ${document.unsafe.message}`),
      );
    }
    const trusted = await checkTrustedPath(path);
    if (trusted.isErr()) return err(refusal('UNTRUSTED_PATH', trusted.error.message));
    if (path.startsWith(EDITABLE) || facts[index]?.needsRewrite !== true) continue;
    const way =
      index === 0
        ? `bring it to ${EDITABLE} first (systemctl edit --full ${shellWord(unit)})`
        : `move the drop-in to ${EDITABLE}${unit}.d first`;
    return err(
      refusal(
        'UNIT_UNUSABLE',
        `${unit} is defined in ${path}, which belongs to a package, a generator or a run time setting; ${way}`,
      ),
    );
  }
  return refuseShared(unit, files, wanted);
}

function refuseShared(
  unit: string,
  files: readonly UnitFile[],
  { user, group }: { readonly user: string; readonly group: string },
): Result<void, MigrationRefusal> {
  const umask = octalMode(SHARED_UMASK);
  const right: readonly (readonly [key: string, wanted: string, holds: (value: string) => boolean])[] = [
    ['User', user, (value) => value === user],
    ['Group', group, (value) => value === group || value === ''],
    ['UMask', umask, (value) => Number.parseInt(value, 8) === SHARED_UMASK],
  ];
  for (const [key, want, holds] of right) {
    const setting = files.findLast(({ document }) => lastValue(document, 'Service', key) !== undefined);
    if (setting === undefined || !isSharedDropIn(unit, setting.path)) continue;
    const value = lastValue(setting.document, 'Service', key) ?? '';
    if (holds(value)) continue;
    const message =
      `${setting.path} sets ${key}=${value} for other units as well and wins over ${unit}, so it is not edited; ` +
      `set ${key}=${want} in ${EDITABLE}${unit}.d/, in a file whose name sorts after it, and plan again`;
    return err(refusal('SETTING_AGAINST', message));
  }
  return ok(undefined);
}
