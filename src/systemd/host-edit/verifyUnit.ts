import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath, printableText } from '../../posix/paths/index.js';
import type { NotARegularFile } from '../../posix/files/index.js';
import type { ProgramError } from '../../posix/programs/index.js';
import { SILENT, added, askAnalyze, withPrivateDirectory } from './askAnalyze.js';
import { checkUnitName } from '../names/index.js';
import { findBlockingDropIn, findUnitFiles } from '../load/index.js';
import { createRedactor, maskText } from '../../posix/secrets/index.js';
import { learnSecrets } from '../secrets/index.js';
import type { FindUnitFilesError, UnitFiles } from '../load/index.js';
import type { UnitNotFound } from '../manager/index.js';

/** What to verify, and what to compare with. @inline */
export interface VerifyUnitOptions {
  /**
   * The file as it is now (empty for a drop-in that is not there yet): problems that systemd
   * reports with it are left out.
   */
  readonly baseline?: Uint8Array;
  /** The bytes are those of a drop-in of the unit, under this name (`50-user.conf`), and not of the unit file. */
  readonly dropIn?: string;
  /** Aborting it stops systemd-analyze and gives `ABORTED`. */
  readonly signal?: AbortSignal;
}

/** What systemd reports about a unit file. @inline */
export interface UnitVerdict {
  /** One line each, secrets hidden; empty when systemd reports no (new) problem. */
  readonly complaints: readonly string[];
}

/** systemd reads no drop-in of that name: it has to end in `.conf`, and may not begin with a dot. */
export interface InvalidDropInName {
  readonly code: 'INVALID_DROP_IN_NAME';
  readonly message: string;
  readonly dropIn: string;
}

/** Why systemd-analyze could not be asked. */
export type VerifyUnitError =
  | FindUnitFilesError
  | InvalidDropInName
  /** There is no unit file for the drop-in to add to. */
  | UnitNotFound
  | NotARegularFile
  | ProgramError;

/**
 * Asks systemd about a unit file or drop-in before it is installed, and gives the problems it reports and did not before.
 *
 * The file is verified under its own name on a private copy: in place of the installed one, with everything else that
 * is installed for the unit. systemd's exit status is 0 on mere warnings, so its text is compared; line numbers may
 * move. Nothing is started, no installed file is touched, and no running manager is needed.
 *
 * Accounts, directories and most values are not checked by systemd until the unit starts. A drop-in is verified as if
 * it lay in the first of all directories: whether one of the same name in `/run/systemd/system.control`, or a later
 * one, wins over it there is not seen.
 *
 * Errors: `INVALID_UNIT_NAME`, `INVALID_DROP_IN_NAME`, `UNIT_NOT_FOUND` (for a drop-in), `NOT_A_REGULAR_FILE` (a FIFO or
 * block device among the drop-ins of any unit, for which systemd would wait), `IO` (no place for the copy), those of
 * `findUnitFiles`, and those of running a program.
 *
 * Source: systemd-analyze(1), verify; `SYSTEMD_UNIT_PATH` in systemd.unit(5), where a colon at the end means "and the
 * usual directories".
 *
 * @param name - the unit, under the name it is or will be installed
 * @param bytes - the new content
 *
 * @example
 * ```ts
 * import { verifyUnit } from '@wca/runtime-sdk/systemd';
 *
 * const verdict = await verifyUnit('x.service', Buffer.from('[Service]\nExecStart=/bin/true\nFoo=1\n'));
 * if (verdict.isErr()) console.error(verdict.error.message);
 * else console.log(verdict.value.complaints); // ["x.service:3: Unknown key 'Foo' …"]
 * ```
 */
export function verifyUnit(
  name: string,
  bytes: Uint8Array,
  options: VerifyUnitOptions = {},
): ResultAsync<UnitVerdict, VerifyUnitError> {
  return new ResultAsync(verify(name, bytes, options));
}

async function verify(
  name: string,
  bytes: Uint8Array,
  { baseline, dropIn, signal }: VerifyUnitOptions,
): Promise<Result<UnitVerdict, VerifyUnitError>> {
  // Before anything else: nothing is asked of systemd while it would wait for a FIFO.
  const checked = checkUnitName(name);
  if (checked.isErr()) return err(checked.error);
  const blocking = await findBlockingDropIn();
  if (blocking !== null) return err(blocking);
  const found = await findUnitFiles(name);
  if (found.isErr()) return err(found.error);
  const files = found.value;
  if (dropIn !== undefined) {
    const possible = checkDropIn(name, dropIn, files);
    if (possible.isErr()) return err(possible.error);
  }
  const about = mentions(files);
  const file = dropIn === undefined ? name : `${name}.d/${dropIn}`;
  return withPrivateDirectory<UnitVerdict, VerifyUnitError>(async (directory) => {
    const now = await askAnalyze(`${directory}/new`, file, name, bytes, signal);
    if (now.isErr()) return err(now.error);
    const before =
      baseline === undefined ? ok(SILENT) : await askAnalyze(`${directory}/old`, file, name, baseline, signal);
    if (before.isErr()) return err(before.error);
    // Without a baseline, what is said about other units is left out.
    const complaints = added(now.value, before.value).filter((line) => baseline !== undefined || isAbout(line, about));
    if (complaints.length === 0 && now.value.status !== 0 && before.value.status === 0) {
      complaints.push(`${name}: systemd-analyze verify exited ${now.value.status ?? 'on a signal'}`);
    }
    const redactor = createRedactor(() => '[secret]');
    for (const file of [bytes, baseline ?? Buffer.alloc(0), ...installed(files)]) learnSecrets(file, redactor);
    const redacted = (line: string): string =>
      printableText(redactor.finish(maskText(redactor.clean(line), redactor.mask)));
    // A drop-in for all services is complained about once for each that systemd had to load.
    return ok({ complaints: [...new Set(complaints)].map(redacted) });
  });
}

function checkDropIn(unit: string, dropIn: string, { path }: UnitFiles): Result<void, VerifyUnitError> {
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  if (!/^[^./\u0000-\u001f][^/\u0000-\u001f]*\.conf$/.test(dropIn) || Buffer.byteLength(dropIn) > 255) {
    const shown = printablePath(dropIn).slice(0, 80);
    const message = `'${shown}' is not the name of a drop-in: give it without a path, ending in .conf`;
    return err({ code: 'INVALID_DROP_IN_NAME', message, dropIn: shown });
  }
  if (path !== null) return ok(undefined);
  const message = `${unit} has no unit file that a drop-in could add to; check the name with: systemctl list-unit-files`;
  return err({ code: 'UNIT_NOT_FOUND', message, unit });
}

/** The unit's names and those of its directories of drop-ins, an instance as its template. */
function mentions({ name, names, dropInDirectories }: UnitFiles): ReadonlySet<string> {
  const all = [name, ...names, ...dropInDirectories.map(({ unit }) => unit)].map(asTemplate);
  return new Set(all.flatMap((one) => [one, `${one}.d`]));
}

/** Whether systemd speaks of the unit; it verifies a template as an instance of it. */
function isAbout(line: string, about: ReadonlySet<string>): boolean {
  return line.split(/[\s/:'",]+/).some((word) => about.has(asTemplate(word.replace(/\.$/, ''))));
}

/** `foo@.service` for an instance of it, and so for its directory of drop-ins; any other word as it is. */
function asTemplate(name: string): string {
  return name.replace(/@.*(?=\.[a-z]+(?:\.d)?$)/, '@');
}

/** What else systemd reads for the unit, and may repeat. */
function installed({ fragment, dropIns }: UnitFiles): readonly Buffer[] {
  return [...(fragment === null ? [] : [fragment]), ...dropIns].map(({ document }) => document.bytes);
}
