import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { Identity } from '../accounts/index.js';
import { printablePath } from '../paths/index.js';
import { runAs } from '../accounts/index.js';
import type { ProgramError } from '../programs/index.js';

/** How a program is tried. @inline */
export interface ProbeOptions {
  /** Default `--version`. */
  readonly args?: readonly string[];
  /** PATH for the program, and for `env NAME` in its first line. Default: the trusted one. */
  readonly searchPath?: string;
  /** Milliseconds until it is killed with all it started. Default 10 000. */
  readonly timeoutMs?: number;
  /** Aborting it kills the program with all it started; the answer is then `ABORTED`. */
  readonly signal?: AbortSignal;
}

/** What came of the try. @inline */
export interface ExecutionProbe {
  /** It was really executed, whatever it then did. */
  readonly started: boolean;
  /** What kept it from starting, in the words of env(1); null when it started. */
  readonly refusal: string | null;
  /** Null when a signal ended it, the time was over, or it wrote without end. */
  readonly exitCode: number | null;
  /** It was killed because it did not end. */
  readonly timedOut: boolean;
}

/**
 * Really runs a program as this user, with all groups and no capabilities, and tells whether the kernel let it start.
 *
 * Unlike `explainExecution` it has effects: those of the program. It runs in a process group of its own, which is
 * killed as a whole when the time is over; standard input is at its end; what it prints is not kept. A program whose
 * interpreter is missing did not start. A program that itself exits with 126 or 127 and prints a message like env's
 * counts as not started.
 *
 * Errors: those of `runAs`, but for the time being over. Only root can run as somebody else.
 *
 * @param path - absolute
 *
 * @example
 * ```ts
 * import { lookupIdentity, probeExecution } from '@wca/runtime-sdk/posix';
 *
 * const probe = await lookupIdentity('www-data').andThen((who) => probeExecution('/usr/bin/env', who));
 * if (probe.isErr()) console.error(probe.error.code, probe.error.message);
 * else console.log(probe.value.started, probe.value.refusal);
 * ```
 */
export function probeExecution(
  path: string,
  identity: Identity,
  options: ProbeOptions = {},
): ResultAsync<ExecutionProbe, ProgramError> {
  return new ResultAsync(probe(path, identity, options));
}

async function probe(
  path: string,
  identity: Identity,
  { args = ['--version'], searchPath, timeoutMs = 10_000, signal }: ProbeOptions,
): Promise<Result<ExecutionProbe, ProgramError>> {
  const env = searchPath === undefined ? {} : { PATH: searchPath };
  const stop = signal === undefined ? {} : { signal };
  const ran = await runAs(identity, path, args, { env, timeoutMs, onStdout: () => undefined, ...stop });
  if (ran.isErr()) {
    const { code } = ran.error;
    const endless = code === 'PROGRAM_TIMEOUT' || code === 'PROGRAM_OUTPUT_TOO_LARGE';
    if (!endless) return err(ran.error);
    return ok({ started: true, refusal: null, exitCode: null, timedOut: code === 'PROGRAM_TIMEOUT' });
  }
  const { exitCode, stderr } = ran.value;
  // env(1): 126 found but not invoked, 127 not found.
  const complaint = /^(?:\/usr\/bin\/)?env: .*$/m.exec(stderr)?.[0];
  const refusal = (exitCode === 126 || exitCode === 127) && complaint !== undefined ? printablePath(complaint) : null;
  return ok({ started: refusal === null, refusal, exitCode, timedOut: false });
}
