import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath, readRegularFile } from '../posix/index.js';
import type { ReadFileError } from '../posix/index.js';
import { checkUnitName } from './checkUnitName.js';
import { parseUnit } from './parseUnit.js';
import { unitNotFound } from './systemctl.js';
import type { SystemdError } from './systemdError.js';
import type { UnitProblemCode } from './unitDocument.js';
import { unitPaths } from './unitPaths.js';
import { verifyUnit } from './verifyUnit.js';
import type { VerifyUnitError } from './verifyUnit.js';

/** One thing wrong with a unit file. */
export interface UnitCheckProblem {
  readonly code: UnitProblemCode | 'MASKED';
  /** 1-based; null for what concerns the whole file. */
  readonly line: number | null;
  readonly message: string;
}

/** What is wrong with a unit file or drop-in, and what systemd says about the unit with it. */
export interface UnitCheck {
  /** Neither problems nor complaints. */
  readonly ok: boolean;
  /** The file that was read. */
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
 * and most values only then. For a name, the problems are those of the unit file; what is wrong with its drop-ins is
 * among the complaints.
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
export function checkUnit(target: string): ResultAsync<UnitCheck, CheckUnitError> {
  return new ResultAsync(check(target));
}

async function check(target: string): Promise<Result<UnitCheck, CheckUnitError>> {
  const found = await locate(target);
  if (found.isErr()) return err(found.error);
  const path = found.value;
  const answer = (unit: string, problems: readonly UnitCheckProblem[], complaints: readonly string[]): UnitCheck => ({
    ok: problems.length === 0 && complaints.length === 0,
    path: printablePath(path),
    unit,
    problems,
    complaints,
  });
  const real = await realpath(path).catch(() => path);
  const place = placeOf(target.includes('/') ? path : aliased(target, real));
  if (real === '/dev/null' && place.isOk()) return ok(answer(place.value.unit, [masked('a link to /dev/null')], []));
  const file = await readRegularFile(path, { followLinks: true });
  if (file.isErr()) return err(file.error);
  if (place.isErr()) return err(place.error);
  const { unit, dropIn } = place.value;
  const { bytes } = file.value;
  if (bytes.length === 0) return ok(answer(unit, [masked('empty')], []));
  const { problems } = parseUnit(bytes);
  const verified = await verifyUnit(unit, bytes, dropIn === null ? {} : { dropIn });
  return verified.map(({ complaints }) => answer(unit, problems, complaints));
}

function masked(how: string): UnitCheckProblem {
  return { code: 'MASKED', line: null, message: `the file is ${how}, so systemd takes what it names for masked` };
}

/** The file that is meant. */
async function locate(target: string): Promise<Result<string, CheckUnitError>> {
  if (target.includes('/')) return ok(target);
  const unit = checkUnitName(target);
  if (unit.isErr()) return err(unit.error);
  const { fragment } = await unitPaths(target);
  return fragment === null ? err(unitNotFound(target)) : ok(fragment);
}

/** What systemd would take the file for, by its name and place; `dropIn` is its name when it is one. */
function placeOf(path: string): Result<{ readonly unit: string; readonly dropIn: string | null }, CheckUnitError> {
  const name = basename(path);
  const directory = basename(dirname(path));
  const isDropIn = name.endsWith('.conf') && directory.endsWith('.d');
  const unit = checkUnitName(isDropIn ? directory.slice(0, -2) : name);
  return unit.map((checked) => ({ unit: checked, dropIn: isDropIn ? name : null }));
}

/** An alias is a link to the file of the unit that it is another name of. */
function aliased(name: string, real: string): string {
  return checkUnitName(basename(real)).isOk() && !name.includes('@') ? basename(real) : name;
}
