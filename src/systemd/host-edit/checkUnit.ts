import { basename, dirname } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { checkUnitName } from '../names/index.js';
import type { EffectiveUnit, UnitFilesProblem } from '../load/index.js';
import { loadUnit } from '../load/index.js';
import { parseUnit } from '../document/index.js';
import { unitNotFound } from '../manager/index.js';
import type { ManagerOptions } from '../manager/index.js';
import type { SystemdError } from '../manager/index.js';
import type { UnitProblemCode, UnitSource } from '../document/index.js';
import { verifyUnit } from './verifyUnit.js';
import type { VerifyUnitError } from './verifyUnit.js';

/** One thing wrong with a unit. */
export interface UnitCheckProblem {
  /**
   * Of a line, see `UnitProblemCode`; of the files, see `UnitFilesProblem`. `MASKED`: it cannot be started. `NOT_LOADED`:
   * systemd refuses a value, or the unit lacks what one of its type must have.
   */
  readonly code: UnitProblemCode | UnitFilesProblem['code'] | 'MASKED' | 'NOT_LOADED';
  readonly path: string;
  /** 1-based; null for what concerns the whole file. */
  readonly line: number | null;
  readonly message: string;
}

/** What is wrong with a unit file or drop-in, and what systemd says about the unit with it. @inline */
export interface UnitCheck {
  /** Neither problems nor complaints. */
  readonly ok: boolean;
  /** The file that was asked about. */
  readonly path: string;
  /** The unit it belongs to. */
  readonly unit: string;
  readonly problems: readonly UnitCheckProblem[];
  /** Of `systemd-analyze verify`, one line each, secrets hidden. */
  readonly complaints: readonly string[];
}

/** The file could not be read, or systemd could not be asked. */
export type CheckUnitError = SystemdError | VerifyUnitError | ReadFileError;

/**
 * Says whether systemd would load a unit file without complaint, and what stands in the way: every problem of the text
 * with its line, a mask, and what `systemd-analyze verify` says about the unit with its drop-ins.
 *
 * It goes by the files alone, so no manager has to run, and what is loaded at this moment may differ. Only regular
 * files are read. A unit that has nothing wrong here may still fail to start: systemd looks at accounts, directories
 * and most values only then.
 *
 * Errors: `UNIT_NOT_FOUND`, `INVALID_UNIT_NAME` (also of a file not named like a unit), `NOT_FOUND`,
 * `NOT_A_REGULAR_FILE`, and the others of reading a file and of `verifyUnit`.
 *
 * @param target - the name of a unit, or with a slash in it the path of a unit file, or of a drop-in
 * (`…/x.service.d/y.conf`)
 *
 * @example
 * ```ts
 * import { checkUnit } from '@wca/runtime-sdk/systemd';
 *
 * const checked = await checkUnit('kimaki.service');
 * if (checked.isErr()) console.error(checked.error.code, checked.error.message);
 * else for (const { line, message } of checked.value.problems) console.log(line, message);
 * ```
 */
export function checkUnit(target: string, options: ManagerOptions = {}): ResultAsync<UnitCheck, CheckUnitError> {
  return new ResultAsync(check(target, options));
}

async function check(target: string, options: ManagerOptions): Promise<Result<UnitCheck, CheckUnitError>> {
  if (target.includes('/') && isDropIn(target)) return checkDropIn(target, options);
  const loaded = await loadUnit(target, options);
  if (loaded.isErr()) return err(loaded.error);
  const { files, unit } = loaded.value;
  const { fragment, path } = files;
  if (path === null) return err(unitNotFound(target));
  const sources = fragment === null ? files.dropIns : [fragment, ...files.dropIns];
  const problems = [
    ...sources.flatMap(problemsOf),
    ...files.problems.map((one) => ({ ...one, line: null })),
    ...faultsOf(unit),
  ];
  if (fragment === null) return ok(answer(path, files.id, problems, []));
  const verified = await verifyUnit(files.name, fragment.document.bytes, options);
  return verified.map(({ complaints }) => answer(path, files.id, problems, complaints));
}

/** A file in a directory of drop-ins, which need not be one of those that systemd reads. */
async function checkDropIn(path: string, options: ManagerOptions): Promise<Result<UnitCheck, CheckUnitError>> {
  const unit = checkUnitName(basename(dirname(path)).slice(0, -2));
  const file = await readRegularFile(path, { followLinks: true });
  if (file.isErr()) return err(file.error);
  if (unit.isErr()) return err(unit.error);
  const { bytes } = file.value;
  const problems = problemsOf({ path, document: parseUnit(bytes) });
  const verified = await verifyUnit(unit.value, bytes, { ...options, dropIn: basename(path) });
  return verified.map(({ complaints }) => answer(path, unit.value, problems, complaints));
}

function isDropIn(path: string): boolean {
  return basename(path).endsWith('.conf') && basename(dirname(path)).endsWith('.d');
}

function problemsOf({ path, document }: Omit<UnitSource, 'role'>): readonly UnitCheckProblem[] {
  return document.problems.map((problem) => ({ ...problem, path: printablePath(path) }));
}

/** Why it does not load; a line that is a problem of the text already is not told again. */
function faultsOf({ loadState, faults }: EffectiveUnit): readonly UnitCheckProblem[] {
  const code = loadState === 'masked' ? 'MASKED' : 'NOT_LOADED';
  return faults
    .filter(({ line, setting }) => line === 0 || setting !== null)
    .map(({ path, line, setting, reason }) => {
      const message = setting === null ? reason : `${setting}: ${reason}`;
      return { code, path: printablePath(path), line: line === 0 ? null : line, message };
    });
}

function answer(
  path: string,
  unit: string,
  problems: readonly UnitCheckProblem[],
  complaints: readonly string[],
): UnitCheck {
  const isOk = problems.length === 0 && complaints.length === 0;
  return { ok: isOk, path: printablePath(path), unit, problems, complaints };
}
