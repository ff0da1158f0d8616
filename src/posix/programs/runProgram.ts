import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { errnoOf, notFound, notStarted, programAborted, timedOut, tooMuch } from './programErrors.js';
import type { ProgramError } from './programErrors.js';
import { guarded, rethrowCallback } from '../paths/index.js';
import { lackOfHandles } from './lackOfHandles.js';
import { TRUSTED_PATH } from './trustedPath.js';

export { TRUSTED_PATH };

/** How a program ended: any exit status, zero or not, is an answer and not an error. */
export interface ProgramResult {
  /** The command as run: the file as found and its arguments. May hold secrets its caller passed; not for logs. */
  readonly command: readonly string[];
  /** Exit status 0–255, or null when a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it (`SIGKILL`), or null. */
  readonly signal: string | null;
  /** Standard output read as UTF-8; empty when {@link RunOptions.onStdout} took it. */
  readonly stdout: string;
  /** Standard error read as UTF-8. */
  readonly stderr: string;
  /** Milliseconds from spawn to end. */
  readonly durationMs: number;
}

/** How a program is run. Every field may be left out. */
export interface RunOptions {
  /** Milliseconds until the whole process group is killed. Default 60 000. */
  readonly timeoutMs?: number;
  /** Bytes for standard input; without it the program reads end of file at once. */
  readonly input?: string | Buffer;
  /** The whole environment besides PATH and LC_ALL; nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default `/`. */
  readonly cwd?: string;
  /** Bytes kept of stdout and of stderr each. Default 16 MiB; more ends the program. */
  readonly maxOutputBytes?: number;
  /** umask of the child, for example `0o022`. Default: this process's own. */
  readonly umask?: number;
  /** Aborting it kills the whole process group; the answer is then `ABORTED`. */
  readonly signal?: AbortSignal;
  /**
   * Takes standard output chunk by chunk instead of having it kept; its bytes then do not count as output. What it
   * throws ends the program and is thrown to the caller.
   */
  readonly onStdout?: (chunk: Buffer) => void;
  /** Open descriptors of this process that the program gets as 3, 4, … */
  readonly inherit?: readonly number[];
}

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
/** How long a killed program may take to be gone before its answer is given anyway (a process in D state). */
const REAP_MS = 2_000;

/**
 * Runs one program with exactly these arguments, never through a shell, and answers how it ended.
 *
 * A name without a slash is looked up in `TRUSTED_PATH`, whatever PATH the environment has. The program gets
 * `PATH`, `LC_ALL=C` and `options.env`, nothing else; standard input at its end unless `input` is given; and a
 * process group of its own, which is killed as a whole when the time is over, the signal aborts or the output grows
 * too large. Any exit status is an `Ok`: see `runChecked` for programs that must succeed.
 *
 * It does not reach a process that left the group (`setsid`), and a background child that keeps the output open
 * counts as the program still running. `umask` is set on this whole process for the instant of the spawn, so files
 * that other code is creating on a thread at that moment may get it too; it cannot be set from a worker thread.
 *
 * Errors: `PROGRAM_NOT_FOUND`, `PROGRAM_NOT_STARTED` (with the errno), `PROGRAM_TIMEOUT`, `ABORTED`,
 * `PROGRAM_OUTPUT_TOO_LARGE`. None of them repeats arguments, which may hold secrets.
 *
 * @param file - a bare name, or an absolute path
 * @param args - handed over as they are
 *
 * @example
 * ```ts
 * import { runProgram } from '@wca/runtime-sdk/posix';
 *
 * const ran = await runProgram('id', ['-un'], { timeoutMs: 5_000 });
 * if (ran.isErr()) console.error(ran.error.code, ran.error.message);
 * else console.log(ran.value.exitCode, ran.value.stdout);
 * ```
 */
export function runProgram(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): ResultAsync<ProgramResult, ProgramError> {
  return new ResultAsync(run(file, args, options));
}

async function run(
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Result<ProgramResult, ProgramError>> {
  const path = await locate(file);
  if (path === null) return err(notFound(file));
  if (isAborted(options.signal)) return err(programAborted(path));
  const { execa } = await import('execa');

  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const maxOutputBytes = options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  // Any open descriptor works; the types of execa name only the first ten.
  const inherited = (options.inherit ?? []).map((fd) => fd as 3);
  const started = performance.now();
  const lacking = lackOfHandles();
  if (lacking !== null) return err(notStarted(path, lacking));
  const spawned = withUmask(options.umask, () =>
    execa(path, [...args], {
      env: { PATH: TRUSTED_PATH, LC_ALL: 'C', ...options.env },
      extendEnv: false,
      cwd: options.cwd ?? '/',
      detached: true,
      cleanup: false,
      buffer: false,
      reject: false,
      encoding: 'buffer',
      verbose: 'none',
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...inherited],
      ...(options.input === undefined ? {} : { input: options.input }),
    }),
  );
  if (spawned.isErr()) return err(notStarted(path, spawned.error));
  const child = spawned.value;

  const { stdout, stderr } = child;
  const kept: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  let stop: (reason: ProgramError) => void = () => undefined;
  const stopped = new Promise<ProgramError>((resolve) => {
    stop = resolve;
  });
  const keep = (into: Buffer[]): ((chunk: Buffer) => void) => {
    let size = 0;
    return (chunk) => {
      size += chunk.length;
      if (size > maxOutputBytes) stop(tooMuch(path, maxOutputBytes));
      else into.push(chunk);
    };
  };
  let thrown: unknown;
  const handOn = (onStdout: (chunk: Buffer) => void): ((chunk: Buffer) => void) => {
    const take = guarded(onStdout);
    return (chunk) => {
      if (thrown !== undefined) return;
      try {
        take(chunk);
      } catch (cause) {
        thrown = cause;
        stop(programAborted(path));
      }
    };
  };
  stdout.on('data', options.onStdout === undefined ? keep(kept.stdout) : handOn(options.onStdout));
  stderr.on('data', keep(kept.stderr));

  const timer = setTimeout(() => stop(timedOut(path, timeoutMs)), timeoutMs);
  const onAbort = (): void => stop(programAborted(path));
  options.signal?.addEventListener('abort', onAbort, { once: true });
  // It may have been aborted while execa was being loaded, before anyone listened.
  if (isAborted(options.signal)) onAbort();
  const outcome = await Promise.race([child, stopped]);
  clearTimeout(timer);
  options.signal?.removeEventListener('abort', onAbort);

  if (!('command' in outcome)) {
    killGroup(child.pid);
    stdout.destroy();
    stderr.destroy();
    await Promise.race([child, new Promise((resolve) => setTimeout(resolve, REAP_MS).unref())]);
    rethrowCallback(thrown);
    return err(outcome);
  }
  if (outcome.exitCode === undefined && outcome.signal === undefined) {
    return err(notStarted(path, outcome.cause ?? outcome));
  }
  rethrowCallback(thrown);
  return ok({
    command: [path, ...args],
    exitCode: outcome.exitCode ?? null,
    signal: outcome.signal ?? null,
    stdout: Buffer.concat(kept.stdout).toString('utf8'),
    stderr: Buffer.concat(kept.stderr).toString('utf8'),
    durationMs: Math.round(performance.now() - started),
  });
}

/** A call, since the compiler takes a property for constant between two looks. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function locate(file: string): Promise<string | null> {
  if (file.startsWith('/')) return (await exists(file, constants.F_OK)) ? file : null;
  if (file === '' || file.includes('/')) return null;
  for (const directory of TRUSTED_PATH.split(':')) {
    const candidate = `${directory}/${file}`;
    if (await exists(candidate, constants.X_OK)) return candidate;
  }
  return null;
}

async function exists(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    (cause: unknown) => mode === constants.F_OK && errnoOf(cause) !== 'ENOENT' && errnoOf(cause) !== 'ENOTDIR',
  );
}

/** The umask belongs to the process and spawning is synchronous, so the child takes it and nothing later does. */
function withUmask<T>(umask: number | undefined, spawn: () => T): Result<T, unknown> {
  let before: number | null = null;
  try {
    if (umask !== undefined) before = process.umask(umask);
    return ok(spawn());
  } catch (cause) {
    return err(cause);
  } finally {
    if (before !== null) process.umask(before);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone (ESRCH), or running as someone we may not signal (EPERM): there is nothing more to do.
  }
}
