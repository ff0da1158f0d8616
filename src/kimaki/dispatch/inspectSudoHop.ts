import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkTrustedPath } from '../../posix/handles/index.js';
import { octalMode, unlessAborted } from '../../posix/paths/index.js';
import type { Aborted } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { ReadFileError, RegularFile } from '../../posix/files/index.js';
import type { TrustError } from '../../posix/handles/index.js';
import { escapeSudoersPath } from './sudoHop.js';
import type { ManagedFile, SudoHop } from './sudoHop.js';

/** One way in which an installed hop differs from the wanted one. @inline */
export interface SudoHopFinding {
  readonly path: string;
  readonly problem: 'missing' | 'not-a-file' | 'content' | 'owner' | 'mode' | 'caller-line-missing' | 'untrusted-path';
  readonly detail: string;
}

/** What was found of one file: null when there is nothing under its name. */
export interface FoundFile {
  readonly path: string;
  readonly file: Pick<RegularFile, 'bytes' | 'uid' | 'gid' | 'mode'> | 'not-a-file' | null;
}

/** How an installed hop compares with the wanted one. @inline */
export interface SudoHopReport {
  /** All three files are exactly as wanted. */
  readonly current: boolean;
  /** None of the three exists. */
  readonly absent: boolean;
  readonly findings: readonly SudoHopFinding[];
}

/**
 * Compares the files of a hop as found with those wanted; pure.
 *
 * A rule that is missing for a caller is reported by name besides the differing content, because it is what a
 * helper installed before the caller was known looks like.
 */
export function compareSudoHop(wanted: SudoHop, found: readonly FoundFile[]): SudoHopReport {
  const files = [wanted.wrapper, wanted.target, wanted.sudoers];
  const lookup = (path: string): FoundFile['file'] => found.find((entry) => entry.path === path)?.file ?? null;
  const findings = files.flatMap((file) => compareFile(file, lookup(file.path)));
  const rules = lookup(wanted.sudoers.path);
  if (rules !== null && rules !== 'not-a-file') findings.push(...missingCallers(wanted, rules.bytes.toString('utf8')));
  return {
    current: findings.length === 0,
    absent: files.every((file) => lookup(file.path) === null),
    findings,
  };
}

/**
 * Reads the three files of a hop and says how they differ from what is wanted; writes nothing.
 *
 * The directories above each file are judged too: an account that can write there could put its own
 * program behind the rule. Whether the rule is in force is another question, see
 * `probeDispatch`: a later rule may shadow it, and sudo may not read the directory at all.
 *
 * Errors: those of reading a file; a file that is absent or no regular file is a finding and not an error.
 *
 * @example
 * ```ts
 * import { inspectSudoHop, renderSudoHop } from '@wca/runtime-sdk/kimaki';
 *
 * const home = '/home/opencode';
 * const hop = renderSudoHop({
 *   callers: ['www-data'],
 *   serviceUser: 'opencode',
 *   home,
 *   dataDir: `${home}/.kimaki`,
 *   binary: '/usr/bin/kimaki',
 * });
 * if (hop.isErr()) throw new Error(hop.error.message);
 * const report = await inspectSudoHop(hop.value);
 * if (report.isErr()) console.error(report.error.message);
 * else for (const finding of report.value.findings) console.log(finding.path, finding.problem, finding.detail);
 * ```
 */
export function inspectSudoHop(
  wanted: SudoHop,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<SudoHopReport, ReadFileError | TrustError | Aborted> {
  return new ResultAsync(inspect(wanted, options.signal));
}

async function inspect(
  wanted: SudoHop,
  signal: AbortSignal | undefined,
): Promise<Result<SudoHopReport, ReadFileError | TrustError | Aborted>> {
  const found: FoundFile[] = [];
  const untrusted: SudoHopFinding[] = [];
  for (const { path } of [wanted.wrapper, wanted.target, wanted.sudoers]) {
    const go = unlessAborted(signal, 'reading the sudo hop');
    if (go.isErr()) return err(go.error);
    const read = await readRegularFile(path);
    if (read.isErr()) {
      if (read.error.code === 'NOT_FOUND') continue;
      if (read.error.code !== 'NOT_A_REGULAR_FILE') return err(read.error);
      found.push({ path, file: 'not-a-file' });
      continue;
    }
    found.push({ path, file: read.value });
    const trusted = await checkTrustedPath(path);
    if (trusted.isOk()) continue;
    if (trusted.error.code !== 'UNTRUSTED_PATH') return err(trusted.error);
    if (trusted.error.component !== path)
      untrusted.push({ path, problem: 'untrusted-path', detail: trusted.error.message });
  }
  const report = compareSudoHop(wanted, found);
  return ok({
    ...report,
    current: report.current && untrusted.length === 0,
    findings: [...report.findings, ...untrusted],
  });
}

function compareFile(wanted: ManagedFile, file: FoundFile['file']): SudoHopFinding[] {
  const { path } = wanted;
  if (file === null) return [{ path, problem: 'missing', detail: 'it does not exist' }];
  if (file === 'not-a-file')
    return [{ path, problem: 'not-a-file', detail: 'it is a link, a directory or a device, expected a regular file' }];
  const findings: SudoHopFinding[] = [];
  if (!file.bytes.equals(Buffer.from(wanted.content, 'utf8'))) {
    findings.push({
      path,
      problem: 'content',
      detail: 'its content is not as expected: an older version, or edited by hand',
    });
  }
  if (file.uid !== 0 || file.gid !== 0) {
    findings.push({ path, problem: 'owner', detail: `its owner is ${file.uid}:${file.gid}, expected 0:0` });
  }
  const mode = file.mode & 0o7777;
  if (mode !== wanted.mode)
    findings.push({
      path,
      problem: 'mode',
      detail: `its mode is ${octalMode(mode)}, expected ${octalMode(wanted.mode)}`,
    });
  return findings;
}

function missingCallers(wanted: SudoHop, text: string): SudoHopFinding[] {
  const target = escapeSudoersPath(wanted.target.path);
  const lines = text.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
  const has = (caller: string): boolean =>
    lines.some((line) => line.startsWith(`${caller} ALL=(${wanted.serviceUser}) NOPASSWD: ${target}`));
  return wanted.callers
    .filter((caller) => !has(caller))
    .map((caller) => ({
      path: wanted.sudoers.path,
      problem: 'caller-line-missing',
      detail: `no rule lets ${caller} use the target`,
    }));
}
