import { readdir } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, printablePath, unlessAborted } from '../../posix/paths/index.js';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import { bridgeNamed } from '../bridges/index.js';
import type { BridgeName } from '../bridges/index.js';
import { checkExtraPath } from './checkExtraPath.js';
import type { ExtraPathRefused } from './checkExtraPath.js';
import { credentialName } from './credentialName.js';
import { decideState, stateCandidates } from './decideState.js';
import type { StateCandidate, StateInventory, SurveyedCandidate } from './decideState.js';
import type { Posture } from './statePaths.js';
import { surveyState } from './surveyState.js';
import { entryType } from './walkState.js';

/** Where the state is, where it is to be, and how much of it is wanted. @inline */
export interface StateInventoryRequest {
  /** Whose data directory and further state it is. Default `kimaki`. */
  readonly bridge?: BridgeName;
  /** HOME as the unit really sets it. */
  readonly home: string;
  /** Home of the account the service runs as now, from passwd; the same as `home` or another one. */
  readonly accountHome: string;
  /** The data directory the loaded unit names. */
  readonly dataDir: string;
  readonly targetHome: string;
  readonly posture: Posture;
  /** Paths relative to `home` that the operator wants moved as well. */
  readonly extra?: readonly string[];
}

/** Why there is no inventory. */
export type StateInventoryError =
  | ExtraPathRefused
  | { readonly code: 'RELATIVE_PATH'; readonly message: string; readonly path: string }
  | {
      readonly code: 'DATA_DIRECTORY_UNUSABLE';
      readonly message: string;
      readonly path: string;
      readonly found: string;
    }
  | IoError
  | Aborted;

/**
 * Lists what moves to the target home, what is in the way there, and what stays and why; changes nothing.
 *
 * The data directory the unit names is the source; of the known names only those below the HOME the unit really
 * uses count, and if that is the target home already, none of them moves. The same names in the account's own home
 * are somebody else's and are listed as left, as is every credential by name. Links are not followed.
 *
 * It looks at one moment: a running service goes on writing. Sizes and free space are not asked. A data directory
 * that is missing, a link, or no directory is an error, because a service must never start on an empty one.
 *
 * @example
 * ```ts
 * import { stateInventory } from '@wca/runtime-sdk/kimaki';
 *
 * const inventory = await stateInventory({
 *   home: '/root',
 *   accountHome: '/root',
 *   dataDir: '/root/.kimaki',
 *   targetHome: '/home/opencode',
 *   posture: 'managed',
 * });
 * if (inventory.isErr()) console.error(inventory.error.message);
 * else for (const move of inventory.value.moves) console.log(move.from, '→', move.to);
 * ```
 */
export function stateInventory(
  request: StateInventoryRequest,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<StateInventory, StateInventoryError> {
  return new ResultAsync(inventory(request, options.signal));
}

async function inventory(
  given: StateInventoryRequest,
  signal: AbortSignal | undefined,
): Promise<Result<StateInventory, StateInventoryError>> {
  const homes: string[] = [];
  for (const path of [given.home, given.accountHome, given.dataDir, given.targetHome]) {
    const plain = plainPath(path);
    if (plain === null) {
      const shown = printablePath(path);
      return err({
        code: 'RELATIVE_PATH',
        message: `"${shown}" cannot be used; give an absolute path without ".."`,
        path: shown,
      });
    }
    homes.push(plain);
  }
  const [home = '', accountHome = '', dataDir = '', targetHome = ''] = homes;
  const extra: string[] = [];
  for (const path of given.extra ?? []) {
    const checked = checkExtraPath(path);
    if (checked.isErr()) return err(checked.error);
    const through = await throughLink(home, checked.value);
    if (through.isErr()) return err(through.error);
    extra.push(checked.value);
  }

  const source = await entryType(dataDir);
  if (source.isErr()) return err(source.error);
  if (source.value !== 'directory') return err(unusable(dataDir, source.value));

  const bridge = bridgeNamed(given.bridge ?? 'kimaki');
  const request = { bridge, home, accountHome, dataDir, targetHome, posture: given.posture, extra };
  const surveyed: SurveyedCandidate[] = [];
  for (const candidate of stateCandidates(request)) {
    const go = unlessAborted(signal, 'looking through the state');
    if (go.isErr()) return err(go.error);
    const one = await surveyCandidate(candidate);
    if (one.isErr()) return err(one.error);
    surveyed.push(one.value);
  }
  const credentials: string[] = [];
  for (const directory of new Set([home, accountHome].filter((path) => path !== targetHome))) {
    const names = await credentialsIn(directory);
    if (names.isErr()) return err(names.error);
    credentials.push(...names.value);
  }
  return ok(decideState(request, surveyed, credentials));
}

async function surveyCandidate(candidate: StateCandidate): Promise<Result<SurveyedCandidate, IoError>> {
  const from = await surveyState(candidate.from);
  if (from.isErr()) return err(from.error);
  if (candidate.to === null) return ok({ ...candidate, source: from.value, target: null });
  const to = await surveyState(candidate.to);
  return to.isErr() ? err(to.error) : ok({ ...candidate, source: from.value, target: to.value });
}

async function credentialsIn(home: string): Promise<Result<string[], IoError>> {
  const names = await ResultAsync.fromPromise(readdir(home), (cause) => ioError(cause, 'readdir', home));
  if (names.isErr()) return names.error.errno === 'ENOENT' ? ok([]) : err(names.error);
  return ok(
    names.value
      .filter(credentialName)
      .sort()
      .map((name) => `${home}/${name}`),
  );
}

/** A link above an extra path could lead to a place that must not be moved. */
async function throughLink(home: string, extra: string): Promise<Result<void, IoError | ExtraPathRefused>> {
  const parts = extra.split('/');
  for (let depth = 1; depth < parts.length; depth += 1) {
    const above = `${home}/${parts.slice(0, depth).join('/')}`;
    const type = await entryType(above);
    if (type.isErr()) return err(type.error);
    if (type.value !== 'symlink') continue;
    const path = printablePath(extra);
    const message = `"${path}" is not moved: ${printablePath(above)} is a symbolic link; name the real place`;
    return err({ code: 'EXTRA_PATH_REFUSED', message, path, reason: 'through-link' });
  }
  return ok(undefined);
}

function unusable(path: string, found: string | null): StateInventoryError {
  const shown = printablePath(path);
  const what = found === null ? 'does not exist' : `is a ${found}`;
  const message =
    `the unit's data directory ${shown} ${what}; expected a directory: ` + 'correct the unit, or restore the data';
  return { code: 'DATA_DIRECTORY_UNUSABLE', message, path: shown, found: found ?? 'missing' };
}

function plainPath(path: string): string | null {
  if (!path.startsWith('/') || path.includes('\0')) return null;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? null : `/${parts.join('/')}`;
}
