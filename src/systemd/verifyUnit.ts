import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, runProgram } from '../posix/index.js';
import type { IoError, ProgramError } from '../posix/index.js';
import { checkUnitName } from './checkUnitName.js';
import { maskText } from './maskText.js';
import { learnSecrets } from './maskUnit.js';
import { createRedactor } from './redactor.js';
import type { InvalidUnitName } from './systemdError.js';

/** What to compare with. */
export interface VerifyUnitOptions {
  /** The unit as it is now: what systemd says about it already is not held against the new one. */
  readonly baseline?: Buffer;
}

/** What systemd has to say about a unit file. */
export interface UnitVerdict {
  /** One line each, secrets hidden; empty when systemd has nothing (new) to complain about. */
  readonly complaints: readonly string[];
}

/** systemd-analyze could not be asked. */
export type VerifyUnitError = InvalidUnitName | IoError | ProgramError;

/**
 * Asks systemd about a unit file before it replaces anything, and gives what it complains about and did not before.
 *
 * The file is verified under its own name on a private copy, in place of the installed one and with the drop-ins that
 * are installed for it. systemd's exit status is 0 on mere warnings, so its text is compared; line numbers may move.
 * Nothing is started and no installed file is touched. Accounts, directories and most values are not checked by systemd
 * until the unit starts; a FIFO among the drop-ins makes systemd wait, and ends in `PROGRAM_TIMEOUT`.
 *
 * Errors: `INVALID_UNIT_NAME`, `IO` (no place for the copy), and those of running a program.
 *
 * Source: systemd-analyze(1), verify; `SYSTEMD_UNIT_PATH` in systemd.unit(5), where a colon at the end means "and the
 * usual directories".
 *
 * @param name - the name under which it will be installed
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
  return new ResultAsync(verify(name, bytes, options.baseline));
}

async function verify(
  name: string,
  bytes: Uint8Array,
  baseline: Buffer | undefined,
): Promise<Result<UnitVerdict, VerifyUnitError>> {
  const checked = checkUnitName(name);
  if (checked.isErr()) return err(checked.error);
  return withPrivateDirectory(async (directory) => {
    const now = await ask(directory, 'new', name, bytes);
    if (now.isErr()) return err(now.error);
    const before = baseline === undefined ? ok(SILENT) : await ask(directory, 'old', name, baseline);
    if (before.isErr()) return err(before.error);
    const complaints = added(now.value, before.value).filter((line) => baseline !== undefined || line.includes(name));
    if (complaints.length === 0 && now.value.status !== 0 && before.value.status === 0) {
      complaints.push(`${name}: systemd-analyze verify exited ${now.value.status ?? 'on a signal'}`);
    }
    const redactor = createRedactor(() => '[secret]');
    for (const unit of [bytes, baseline ?? Buffer.alloc(0)]) learnSecrets(unit, redactor);
    const redacted = (line: string): string => redactor.finish(maskText(redactor.clean(line), redactor.mask));
    return ok({ complaints: complaints.map(redacted) });
  });
}

interface Said {
  readonly lines: readonly string[];
  readonly status: number | null;
}

const SILENT: Said = { lines: [], status: 0 };

async function ask(
  parent: string,
  kind: string,
  name: string,
  bytes: Uint8Array,
): Promise<Result<Said, VerifyUnitError>> {
  const directory = `${parent}/${kind}`;
  const path = `${directory}/${name}`;
  const written = await ResultAsync.fromPromise(
    mkdir(directory, { mode: 0o700 }).then(() => writeFile(path, bytes, { mode: 0o600, flag: 'wx' })),
    (cause) => ioError(cause, 'open', path),
  );
  if (written.isErr()) return err(written.error);
  const ran = await runProgram('systemd-analyze', ['verify', '--man=no', '--', path], {
    env: { SYSTEMD_UNIT_PATH: `${directory}:`, SYSTEMD_LOG_TARGET: 'console', SYSTEMD_LOG_COLOR: '0' },
    timeoutMs: 30_000,
  });
  return ran.map(({ exitCode, stderr }) => ({
    lines: stderr
      .split('\n')
      .map((line) => line.replaceAll(`${directory}/`, '').trimEnd())
      .filter((line) => line !== ''),
    status: exitCode,
  }));
}

/** What is said now more often than before; the same complaint about another line is the same complaint. */
function added(now: Said, before: Said): string[] {
  const withoutNumber = (line: string): string => line.replace(/:\d+:/, ':');
  const known = before.lines.map(withoutNumber);
  return now.lines.filter((line) => {
    const at = known.indexOf(withoutNumber(line));
    if (at !== -1) known.splice(at, 1);
    return at === -1;
  });
}

/** Below /run, which only root can write to, where we may; removed whatever happens. */
async function withPrivateDirectory<T>(
  use: (directory: string) => Promise<Result<T, VerifyUnitError>>,
): Promise<Result<T, VerifyUnitError>> {
  const root = process.geteuid?.() === 0 ? '/run' : tmpdir();
  const made = await ResultAsync.fromPromise(mkdtemp(`${root}/wca-verify-`), (cause) =>
    ioError(cause, 'mkdtemp', root),
  );
  if (made.isErr()) return err(made.error);
  try {
    return await use(made.value);
  } finally {
    await rm(made.value, { recursive: true, force: true });
  }
}
