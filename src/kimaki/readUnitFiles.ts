import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../posix/index.js';
import type { ReadFileError } from '../posix/index.js';
import { parseUnit, showUnit } from '../systemd/index.js';
import type { SystemdError, UnitState } from '../systemd/index.js';
import type { UnitFile } from './unitFile.js';

/** A unit as the manager has it, and the files it is made of. */
export interface UnitFiles {
  readonly state: UnitState;
  /** The fragment first, then the drop-ins in the order systemd applies them. */
  readonly files: readonly UnitFile[];
}

/** The unit has no file of its own, a file could not be read, or the manager knows no such unit or did not answer. */
export type ReadUnitFilesError =
  | { readonly code: 'UNIT_WITHOUT_FILE'; readonly message: string; readonly unit: string; readonly loadState: string }
  | ReadFileError
  | SystemdError;

/**
 * Reads the unit file and every drop-in that the manager has loaded a unit from, as lossless documents.
 *
 * It reads what lies on disk now: when `state.needDaemonReload` is set, the manager may have older text in memory,
 * and a drop-in that was added since is not among the files.
 *
 * Errors: `UNIT_WITHOUT_FILE` (masked, held, transient …), `UNIT_NOT_FOUND`, those of reading and of `SystemdError`.
 *
 * @example
 * ```ts
 * import { readUnitFiles } from '@wca/runtime-sdk/kimaki';
 *
 * const unit = await readUnitFiles('kimaki.service');
 * if (unit.isErr()) console.error(unit.error.message);
 * else for (const { path, document } of unit.value.files) console.log(path, document.assignments.length);
 * ```
 */
export function readUnitFiles(unit: string): ResultAsync<UnitFiles, ReadUnitFilesError> {
  return new ResultAsync(read(unit));
}

async function read(unit: string): Promise<Result<UnitFiles, ReadUnitFilesError>> {
  const shown = await showUnit(unit);
  if (shown.isErr()) return err(shown.error);
  const state = shown.value;
  if (state.loadState === 'masked' || state.fragmentPath === null) {
    const message = `${unit} has no file to read (it is ${state.loadState}); unmask it, or name another unit`;
    return err({ code: 'UNIT_WITHOUT_FILE', message, unit, loadState: state.loadState });
  }
  const files: UnitFile[] = [];
  for (const path of [state.fragmentPath, ...state.dropInPaths]) {
    const file = await readRegularFile(path, { followLinks: true });
    if (file.isErr()) return err(file.error);
    files.push({ path, document: parseUnit(file.value.bytes) });
  }
  return ok({ state, files });
}
