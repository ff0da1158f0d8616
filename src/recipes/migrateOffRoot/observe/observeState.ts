import { lstat } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../../posix/findings/index.js';
import { dirname } from 'node:path';
import { runtimeState, stateInventory, surveyState } from '../../../kimaki/state/index.js';
import type { DatabaseError } from '../../../kimaki/database/index.js';
import { findStatePaths, refuseUnwritable } from '../../../kimaki/state-paths/index.js';
import { bridgeNamed } from '../../../kimaki/bridges/index.js';
import type { Bridge } from '../../../kimaki/bridges/index.js';
import type { KimakiInstance } from '../../../kimaki/instance/index.js';
import type { StateConflict, StateInventory } from '../../../kimaki/state/index.js';
import { estimateMove } from '../../../posix/moves/index.js';
import { isAtOrBelow, printablePath } from '../../../posix/paths/index.js';
import type {
  MigrationOptions,
  MigrationRefusal,
  StaleState,
  StateFacts,
  StateMove,
  TargetFacts,
} from '../../host/index.js';
import { cannotObserve, refusal } from '../../host/index.js';
import { staleMoves } from './staleMoves.js';
import { statePathWarnings } from './statePathWarnings.js';
import type { Warning } from './statePathWarnings.js';

/** Appended to the name of what is set aside. */
const ASIDE = '.before-migration';

/** The state of the service and where it goes. */
export type ObservedState = {
  readonly facts: StateFacts;
  /** Where each of the instances will keep its data. */
  readonly dataDirs: readonly string[];
  /** What is told of each move. */
  readonly sizes: readonly string[];
  /** How long copies of it to other filesystems are expected to take, in milliseconds. */
  readonly copyMs: number;
  readonly warnings: readonly Warning[];
};

/**
 * Lists the state that moves, and refuses where both homes hold state and no option says which to keep. What moves with the
 * instances that are moved together with this one is listed for each of them, once.
 *
 * @param together - the instance itself and those that are moved with it, in the same order for each of them
 */
export async function observeState(
  options: MigrationOptions,
  instance: KimakiInstance,
  target: TargetFacts,
  together: readonly KimakiInstance[] = [instance],
): Promise<Result<ObservedState, MigrationRefusal>> {
  const own = await inventoryOf(options, instance, target);
  if (own.isErr()) return err(own.error);
  const all: StateInventory[] = [];
  for (const one of together) {
    const inventory = one === instance ? own : await inventoryOf(options, one, target);
    if (inventory.isErr()) return err(inventory.error);
    all.push(inventory.value);
  }
  const conflicts = all.flatMap((one) => one.conflicts);
  const both = conflicts.find(({ kind, source }) => kind === 'state' && source === 'state');
  if (both !== undefined && options.existingState === undefined) return err(bothHomes(both));

  const moves: StateMove[] = [];
  for (const { from, to } of all.flatMap((one) => one.moves)) {
    const conflict = conflicts.find((each) => each.to === to);
    if (conflict !== undefined && keepsTarget(conflict, options)) continue;
    if (moves.some((move) => move.from === from && move.to === to)) continue;
    moves.push({
      from,
      to,
      atTarget: conflict?.kind ?? 'nothing',
      asidePath: conflict === undefined ? null : await freeName(`${to}${ASIDE}`),
      parents: await missingParents(to, target.home),
    });
  }
  const { dataDir, home, left } = own.value;
  const sizes = await moveSizes(moves);
  const oldHomes = oldHomesOf(together, target.home);
  const stated = await statePaths(options, instance, { moves, dataDir: dataDir.to, home: target.home, oldHomes });
  if (stated.isErr()) return err(stated.error);
  return ok({
    facts: {
      oldHome: home.from,
      newHome: home.to,
      newDataDir: dataDir.to,
      moves,
      left: [...left, ...keptApart(own.value, options)].filter(({ path }) => !moves.some(({ from }) => from === path)),
      stale: stated.value.stale,
    },
    dataDirs: all.map((one) => one.dataDir.to),
    ...sizes,
    warnings: stated.value.warnings,
  });
}

/** The homes that are closed to these instances afterwards: their accounts', and HOME as each has it. Pure. */
export function oldHomesOf(
  together: readonly Pick<KimakiInstance, 'home' | 'accountHome'>[],
  home: string,
): readonly string[] {
  const homes = together.flatMap((one) => [one.accountHome ?? one.home, one.home]);
  return [...new Set(homes)].filter((one) => one !== home);
}

async function inventoryOf(
  options: MigrationOptions,
  instance: KimakiInstance,
  target: TargetFacts,
): Promise<Result<StateInventory, MigrationRefusal>> {
  const inventory = await stateInventory({
    bridge: instance.bridge,
    home: instance.home,
    accountHome: instance.accountHome ?? instance.home,
    dataDir: instance.dataDir,
    targetHome: target.home,
    posture: options.posture ?? 'managed',
    ...(options.migrateExtra === undefined ? {} : { extra: options.migrateExtra }),
  });
  if (inventory.isOk()) return ok(inventory.value);
  const { code, message } = inventory.error;
  if (code === 'EXTRA_PATH_REFUSED')
    return err(refusal('EXTRA_PATH_REFUSED', instance.home, message, remedy.option('migrateExtra')));
  if (code === 'IO') return err(cannotObserve(inventory.error));
  const way = remedy.text('correct what the message names, and plan again');
  return err(refusal('STATE_UNUSABLE', instance.dataDir, message, way));
}

/** Where the state will be. */
type Settled = {
  readonly moves: readonly StateMove[];
  readonly dataDir: string;
  readonly home: string;
  readonly oldHomes: readonly string[];
};

/** What in the state leads to where it was: what does not follow, to be told, and what to rewrite in state that stays. */
async function statePaths(
  options: MigrationOptions,
  instance: KimakiInstance,
  { moves, dataDir, home, oldHomes }: Settled,
): Promise<Result<{ readonly stale: StaleState | null; readonly warnings: readonly Warning[] }, MigrationRefusal>> {
  const follow = options.keepPaths !== true;
  const roots = stayingState(bridgeNamed(instance.bridge), moves, dataDir, home);
  // A host that was migrated already no longer names the home that its state came from.
  const former = [...new Set([...oldHomes, ROOTS_HOME])].filter((one) => one !== home && one !== '/');
  const earlier: StaleState['moves'][number][] = [];
  for (const move of staleMoves(roots, home, former)) {
    const there = await surveyState(move.from);
    // What is still there may be meant.
    if (there.isOk() && there.value.holds !== 'state') earlier.push(move);
  }
  const staying = { roots, oldHomes: former, moves: [...moves.map(({ from, to }) => ({ from, to })), ...earlier] };
  const moving = { roots: moves.map(({ from }) => from), oldHomes, moves };
  const warnings: Warning[] = [];
  let stale: StaleState | null = null;
  for (const request of [moving, staying]) {
    if (request.roots.length === 0 || request.oldHomes.length === 0) continue;
    const found = await findStatePaths(request);
    if (found.isErr()) {
      const text = `the paths in the state that lead to ${request.oldHomes.join(' or ')} could not be searched for: ${found.error.message}`;
      warnings.push({ text });
      continue;
    }
    warnings.push(...statePathWarnings(found.value, follow));
    // State that stays belongs to the agent by the time it is rewritten.
    const writable = request === moving && follow ? await refuseUnwritable(found.value.paths) : ok(undefined);
    if (writable.isErr()) return err(unwritable(writable.error));
    if (request === staying && follow && found.value.paths.length > 0) stale = staying;
  }
  return ok({ stale, warnings });
}

function unwritable({ path, message }: DatabaseError): MigrationRefusal {
  const give = remedy.text(`give all files of ${path} to the account that its directory belongs to, and plan again`);
  return refusal('STATE_UNUSABLE', path, message, remedy.anyOf(give, remedy.option('keepPaths')));
}

/** Source: the passwd of every distribution. */
const ROOTS_HOME = '/root';

/** What the service uses afterwards and does not move. */
function stayingState(bridge: Bridge, moves: readonly StateMove[], dataDir: string, home: string): readonly string[] {
  const places = [dataDir, ...runtimeState(bridge).map((name) => `${home}/${name}`)];
  return [...new Set(places)]
    .filter((path) => !moves.some(({ from, to }) => isAtOrBelow(path, from) || isAtOrBelow(path, to)))
    .filter((path, _, all) => !all.some((other) => other !== path && isAtOrBelow(path, other)));
}

/** How much moves, and how long it takes; shown to people, and no fact of the plan. */
async function moveSizes(moves: readonly StateMove[]): Promise<{ sizes: readonly string[]; copyMs: number }> {
  const estimates = await Promise.all(moves.map(({ from, to }) => estimateMove(from, to)));
  const sizes = estimates.map((estimate, i) => {
    const from = printablePath(moves[i]?.from ?? '');
    if (estimate.isErr()) return `${from} could not be measured: ${estimate.error.message}`;
    const { method, size: tree, durationMs } = estimate.value;
    const size = `${(tree.contentBytes / 1_000_000).toFixed(1)} MB in ${tree.inodes} entries`;
    return `${from}: ${size}, ${method === 'rename' ? 'moved by one rename, at once' : `copied to another filesystem in about ${durationMs / 1000} s while the service is down`}`;
  });
  const copyMs = estimates.reduce((sum, one) => sum + (one.isOk() ? one.value.durationMs : 0), 0);
  return { sizes, copyMs };
}

function keepsTarget(conflict: StateConflict, options: MigrationOptions): boolean {
  return conflict.kind === 'state' && options.existingState === 'keep-target';
}

function keptApart(inventory: StateInventory, options: MigrationOptions): { path: string; reason: string }[] {
  return inventory.conflicts
    .filter((conflict) => keepsTarget(conflict, options))
    .map(({ from, to }) => ({ path: from, reason: `${to} is kept instead, as asked for` }));
}

function bothHomes({ from, to, evidence }: StateConflict): MigrationRefusal {
  const message =
    `${from} and ${to} both hold state (${evidence.join('; ')}): decide which copy to keep; the other is set aside or stays ` +
    'where it is, and nothing is merged';
  const way = remedy.anyOf(
    remedy.when(`${from} is to be kept`, remedy.option('existingState', 'keep-source')),
    remedy.when(`${to} is to be kept`, remedy.option('existingState', 'keep-target')),
  );
  return refusal('STATE_IN_BOTH_HOMES', to, message, way);
}

/** A name that is not taken, so that two migrations never share one. */
async function freeName(wanted: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!(await exists(name))) return name;
  }
}

/** Directories between the home and an entry that are not there yet, outermost first. */
async function missingParents(path: string, home: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let parent = dirname(path); parent.startsWith(`${home}/`); parent = dirname(parent)) {
    if (!(await exists(parent))) missing.unshift(parent);
  }
  return missing;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
