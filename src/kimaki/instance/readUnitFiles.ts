import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../../posix/paths/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import type { UnitSource } from '../../systemd/document/index.js';
import { loadUnit } from '../../systemd/load/index.js';
import { showUnit } from '../../systemd/manager/index.js';
import type { EffectiveUnit, UnitFileKind } from '../../systemd/load/index.js';
import type { SystemdError, UnitState } from '../../systemd/manager/index.js';

/** A unit as the manager has it, its files on disk, and the values they result in. */
export interface UnitOnHost {
  readonly state: UnitState;
  /** The fragment first, then the drop-ins in the order systemd applies them. */
  readonly files: readonly UnitSource[];
  /**
   * What they come to at the next daemon-reload. Of a unit that does not load, what the lines behind the fault say as well:
   * who the service is meant to run as may stand there.
   */
  readonly effective: EffectiveUnit;
  /** What kind of thing the unit's file is, and so who may change it. */
  readonly kind: UnitFileKind;
}

/**
 * The unit has no file of its own, something among its files keeps the answer from being certain (a FIFO as a drop-in),
 * a file could not be read, or the manager knows no such unit or did not answer.
 */
export type ReadUnitFilesError =
  | { readonly code: 'UNIT_WITHOUT_FILE'; readonly message: string; readonly unit: string; readonly loadState: string }
  | { readonly code: 'UNIT_FILES_UNCERTAIN'; readonly message: string; readonly unit: string; readonly path: string }
  | ReadFileError
  | IoError
  | SystemdError;

/**
 * Reads the unit file and every drop-in that systemd would read for a unit now, as lossless documents.
 *
 * It reads the disk: when `state.needDaemonReload` is set, the manager has older text in memory. Drop-ins of the unit, its aliases, its name's prefixes and its type are all among the files.
 *
 * Errors: `UNIT_WITHOUT_FILE` (masked, held, transient …), `UNIT_FILES_UNCERTAIN`, `UNIT_NOT_FOUND`, those of reading and
 * of `SystemdError`.
 */
export function readUnitFiles(unit: string): ResultAsync<UnitOnHost, ReadUnitFilesError> {
  return new ResultAsync(read(unit));
}

async function read(unit: string): Promise<Result<UnitOnHost, ReadUnitFilesError>> {
  const shown = await showUnit(unit);
  if (shown.isErr()) return err(shown.error);
  const state = shown.value;
  const loaded = await loadUnit(unit, { readPastFaults: true });
  if (loaded.isErr()) return err(loaded.error);
  const { fragment, dropIns, kind, problems } = loaded.value.files;
  if (state.loadState === 'masked' || fragment === null) {
    const what = state.loadState === 'masked' ? 'masked' : kind === 'not-found' ? state.loadState : kind;
    const message = `${unit} has no file to read (it is ${what}); unmask it, or name another unit`;
    return err({ code: 'UNIT_WITHOUT_FILE', message, unit, loadState: state.loadState });
  }
  const [problem] = problems;
  if (problem !== undefined) {
    const { path, message } = problem;
    return err({
      code: 'UNIT_FILES_UNCERTAIN',
      message: `the files of ${unit} cannot be determined: ${message}`,
      unit,
      path,
    });
  }
  return ok({ state, files: [fragment, ...dropIns], effective: loaded.value.unit, kind });
}
