import { lstatSync } from 'node:fs';
import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { candidatesIn, explainExecution } from './explainExecution.js';
import type { ExecutionOptions } from './explainExecution.js';
import type { Identity } from '../accounts/index.js';
import { printablePath, unlessAborted } from '../paths/index.js';
import type { Aborted } from '../paths/index.js';
import { TRUSTED_PATH } from '../programs/index.js';

/** One file that PATH offers for the name. @inline */
export interface ExecutableCandidate {
  /** As found: directory of PATH and name, links not resolved. */
  readonly path: string;
  /** Whether every identity can run it. */
  readonly ok: boolean;
  /** Where the first of them is stopped; null when ok or when the file itself leads nowhere. */
  readonly blockedAt: string | null;
  /** Who is stopped and why; null when ok. */
  readonly reason: string | null;
}

/** The answer and how it came about. @inline */
export interface ExecutableResolution {
  /** The first candidate that all can run, or null. */
  readonly path: string | null;
  readonly candidates: readonly ExecutableCandidate[];
}

/** A name that can be none: empty, or with a slash or a NUL in it. */
export interface ExecutableNameError {
  readonly code: 'INVALID_EXECUTABLE_NAME';
  readonly message: string;
  readonly name: string;
}

/**
 * Finds the first file of this name in PATH that every one of these identities can really run, and never runs it.
 *
 * Each candidate is judged by {@link explainExecution} with the same PATH for `env` interpreters. The path is as
 * found, so it stays right when the link behind it is switched to a new version. Relative and empty entries of PATH
 * are passed over. No candidate, or none that suits, is an answer with `path: null`.
 *
 * Not promised: that the program then works, or is the same program for everyone.
 *
 * Errors: `INVALID_EXECUTABLE_NAME`; `ABORTED`.
 *
 * @example
 * ```ts
 * import { lookupIdentity, resolveExecutable } from '@wca/runtime-sdk/posix';
 *
 * const who = await lookupIdentity('www-data');
 * if (who.isErr()) throw new Error(who.error.message);
 * const found = await resolveExecutable('env', [who.value]);
 * if (found.isErr()) console.error(found.error.message);
 * else console.log(found.value.path ?? found.value.candidates.map((candidate) => candidate.reason));
 * ```
 */
export function resolveExecutable(
  name: string,
  identities: readonly Identity[],
  options: ExecutionOptions = {},
): ResultAsync<ExecutableResolution, ExecutableNameError | Aborted> {
  return new ResultAsync(resolve(name, identities, options));
}

async function resolve(
  name: string,
  identities: readonly Identity[],
  options: ExecutionOptions,
): Promise<Result<ExecutableResolution, ExecutableNameError | Aborted>> {
  if (name === '' || /[/\0]/.test(name)) {
    const message = `'${printablePath(name)}' cannot be the name of a program; give a name without directories`;
    return err({ code: 'INVALID_EXECUTABLE_NAME', message, name: printablePath(name) });
  }
  const candidates: ExecutableCandidate[] = [];
  for (const path of candidatesIn(options.searchPath ?? TRUSTED_PATH, name).filter(isThere)) {
    candidates.push(await judge(path, identities, options));
  }
  // A candidate whose judgement was stopped counts as one that cannot be run.
  const path = candidates.find((candidate) => candidate.ok)?.path ?? null;
  return unlessAborted(options.signal, 'the search in PATH').map(() => ({ path, candidates }));
}

async function judge(
  path: string,
  identities: readonly Identity[],
  options: ExecutionOptions,
): Promise<ExecutableCandidate> {
  for (const identity of identities) {
    const answer = await explainExecution(path, identity, options);
    if (answer.isErr()) return { path, ok: false, blockedAt: null, reason: answer.error.message };
    const { blockedAt } = answer.value;
    if (blockedAt !== null) {
      const { name } = identity.user;
      const reason = blockedAt.reason.includes(`${name} may not`) ? blockedAt.reason : `${name}: ${blockedAt.reason}`;
      return { path, ok: false, blockedAt: blockedAt.path, reason };
    }
  }
  return { path, ok: true, blockedAt: null, reason: null };
}

/** A dangling link is there too: it is worth a reason. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Not ours to see, or no directory above it: explaining it says which.
    return false;
  }
}
