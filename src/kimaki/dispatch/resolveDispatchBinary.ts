import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { KIMAKI } from '../bridges/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { explainExecution, resolveExecutable } from '../../posix/access/index.js';
import { printablePath, unlessAborted } from '../../posix/paths/index.js';
import type { Aborted } from '../../posix/paths/index.js';
import type { ExecutableCandidate, ExecutableNameError, ExecutableResolution } from '../../posix/access/index.js';
import type { Identity } from '../../posix/accounts/index.js';

/** Where to look and for whom. @inline */
export interface DispatchBinaryRequest {
  /** All accounts that must be able to run it: php-fpm's account and the service user. At least one. */
  readonly users: readonly Identity[];
  /** Default `kimaki`. */
  readonly name?: string;
  /** A PATH; default `TRUSTED_PATH` of posix. */
  readonly searchPath?: string;
}

/**
 * Finds the program that may be registered for dispatch: all of these users can run it, and it is in no home directory.
 *
 * Refused besides what one of them cannot execute are candidates that lie, or lead through a link or an interpreter, below
 * `/root`, `/home`, the home of one of the users, or any directory that other accounts may not enter, even if these
 * users may enter it today: WordPress loses what is in a private home as soon as the home is closed. Nothing is run.
 *
 * Errors: `INVALID_EXECUTABLE_NAME`. When there is none, the result gives a reason for each candidate.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { resolveDispatchBinary } from '@wca/runtime-sdk/kimaki';
 *
 * const web = await lookupIdentity('www-data');
 * if (web.isErr()) throw new Error(web.error.message);
 * const found = await resolveDispatchBinary({ users: [web.value] });
 * if (found.isErr()) console.error(found.error.message);
 * else console.log(found.value.path ?? found.value.candidates.map(({ reason }) => reason));
 * ```
 */
export function resolveDispatchBinary(
  request: DispatchBinaryRequest,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<ExecutableResolution, ExecutableNameError | Aborted> {
  return new ResultAsync(resolve(request, options.signal));
}

async function resolve(
  { users, name = KIMAKI.program, searchPath = TRUSTED_PATH }: DispatchBinaryRequest,
  signal: AbortSignal | undefined,
): Promise<Result<ExecutableResolution, ExecutableNameError | Aborted>> {
  const found = await resolveExecutable(name, users, { searchPath });
  if (found.isErr()) return err(found.error);
  const homes = ['/root', '/home', ...users.map(({ user }) => user.home)].filter((home) => home !== '/' && home !== '');
  const candidates: ExecutableCandidate[] = [];
  for (const candidate of found.value.candidates) {
    const go = unlessAborted(signal, `the search for ${printablePath(name)}`);
    if (go.isErr()) return err(go.error);
    const closed = candidate.ok ? await privatePlace(candidate.path, users, searchPath, homes) : null;
    candidates.push(closed === null ? candidate : { ...candidate, ok: false, ...closed });
  }
  return ok({ path: candidates.find((candidate) => candidate.ok)?.path ?? null, candidates });
}

/** The first private directory on the way to a program, or null. */
async function privatePlace(
  path: string,
  users: readonly Identity[],
  searchPath: string,
  homes: readonly string[],
): Promise<Pick<ExecutableCandidate, 'blockedAt' | 'reason'> | null> {
  const chain = new Set<string>([path]);
  for (const identity of users) {
    const explained = await explainExecution(path, identity, { searchPath });
    if (explained.isOk()) for (const file of explained.value.chain) chain.add(file);
  }
  for (const file of chain) {
    const home = homes.find((one) => file.startsWith(`${one}/`));
    const leads = file === path ? 'it lies' : `it leads to ${printablePath(file)},`;
    if (home !== undefined)
      return {
        blockedAt: home,
        reason: `${leads} below the home ${printablePath(home)}, which may be closed at any time`,
      };
    for (let above = dirname(file); above !== '/'; above = dirname(above)) {
      const stat = await lstat(above).catch(() => null);
      if (stat?.isDirectory() !== true || (stat.mode & 0o001) !== 0) continue;
      const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
      return {
        blockedAt: above,
        reason: `${leads} below ${printablePath(above)}, which other accounts may not enter (mode ${mode})`,
      };
    }
  }
  return null;
}
