import { printablePath } from '../../posix/paths/index.js';
import { BRIDGES } from '../bridges/index.js';
import type { Bridge } from '../bridges/index.js';
import { TOOLCHAIN_STATE, runtimeState } from './statePaths.js';
import type { Posture } from './statePaths.js';
import type { StateSurvey } from './surveyState.js';

/** One thing that moves. @inline */
export interface InventoryMove {
  readonly from: string;
  readonly to: string;
  /** The unit's data directory, the agent's own state, its tools, or a path that the operator named. */
  readonly kind: 'data-directory' | 'runtime' | 'toolchain' | 'extra';
  readonly type: 'directory' | 'file';
  /** Paths inside, relative to `from`, whose names look like credentials; they move with the rest and are shown. */
  readonly credentials: readonly string[];
}

/** The target of a move exists. @inline */
export interface StateConflict {
  readonly from: string;
  readonly to: string;
  /** What is there: nothing worth keeping (it can be set aside), or state of its own. */
  readonly kind: 'skeleton' | 'state';
  /** What would come. Both `state`: a choice for the operator, never merged. */
  readonly source: 'skeleton' | 'state';
  /** The first paths that make the target state. */
  readonly evidence: readonly string[];
}

/** Something that stays where it is. @inline */
export interface StateLeft {
  readonly path: string;
  readonly reason: string;
}

/** What a change of user means for the state of the agent. */
export interface StateInventory {
  /** The data directory now and afterwards; the same when it does not move. */
  readonly dataDir: { readonly from: string; readonly to: string };
  /** HOME now and afterwards. */
  readonly home: { readonly from: string; readonly to: string };
  readonly moves: readonly InventoryMove[];
  readonly conflicts: readonly StateConflict[];
  readonly left: readonly StateLeft[];
}

/** A name to look at; `to` is null when it stays whatever it is. */
export interface StateCandidate {
  readonly from: string;
  readonly to: string | null;
  readonly kind: InventoryMove['kind'];
  /** Why it stays, when `to` is null. */
  readonly stays: string;
}

/** A name with what stands there now, and where it would go. */
export type SurveyedCandidate = StateCandidate & { readonly source: StateSurvey; readonly target: StateSurvey | null };

/** What the decision rests on; paths absolute and plain. */
export interface StateRequest {
  readonly bridge: Bridge;
  readonly home: string;
  readonly accountHome: string;
  readonly dataDir: string;
  readonly targetHome: string;
  readonly posture: Posture;
  readonly extra: readonly string[];
}

/** Names every path an inventory has to look at, the data directory first; pure, paths already plain. */
export function stateCandidates(request: StateRequest): readonly StateCandidate[] {
  const { bridge, home, accountHome, dataDir, targetHome, posture } = request;
  const place = newDataDir(request);
  const candidates: StateCandidate[] = [{ from: dataDir, to: place, kind: 'data-directory', stays: '' }];
  const add = (kind: InventoryMove['kind'], names: readonly string[], keep: string | null): void => {
    for (const name of names) {
      const from = home === '/' ? `/${name}` : `${home}/${name}`;
      const to = `${targetHome}/${name}`;
      // Where HOME is not the account's own home, both can have a directory of that name.
      const meets = keep === null && to === place && from !== dataDir;
      const stays = meets
        ? `the service keeps its data in ${printablePath(dataDir)}, which comes to ${printablePath(place)}`
        : keep;
      candidates.push({ from, to: stays === null ? to : null, kind, stays: stays ?? '' });
    }
  };
  if (home !== targetHome) {
    add('runtime', runtimeState(bridge), null);
    for (const other of BRIDGES.filter((one) => one !== bridge)) {
      add('runtime', [other.dataDirName], `the data of ${other.title}; the service is ${bridge.title}`);
    }
    add(
      'toolchain',
      TOOLCHAIN_STATE,
      posture === 'engineering' ? null : 'part of the toolchain, which a managed agent does not get',
    );
    add('extra', request.extra, null);
  } else {
    add('extra', request.extra, 'it is already below the target home');
  }
  if (accountHome !== home && accountHome !== targetHome) {
    const reason = `the service uses ${printablePath(home)} as its HOME; this belongs to the account whose home is ${printablePath(accountHome)}`;
    for (const name of [...runtimeState(bridge), ...TOOLCHAIN_STATE]) {
      candidates.push({ from: `${accountHome}/${name}`, to: null, kind: 'runtime', stays: reason });
    }
  }
  const seen = new Set<string>();
  return candidates.filter((candidate) => {
    if (seen.has(candidate.from)) return false;
    seen.add(candidate.from);
    // An entry inside a directory that moves as a whole moves with it.
    return !candidates.some((other) => other.to !== null && candidate.from.startsWith(`${other.from}/`));
  });
}

/** Decides from what was found; pure. */
export function decideState(
  request: StateRequest,
  surveyed: readonly SurveyedCandidate[],
  credentials: readonly string[],
): StateInventory {
  const moves: InventoryMove[] = [];
  const conflicts: StateConflict[] = [];
  const left: StateLeft[] = [];
  for (const { from, to, kind, stays, source, target } of surveyed) {
    if (source.type === 'missing' || to === from) continue;
    if (to === null) left.push({ path: from, reason: stays });
    else if (source.type === 'symlink')
      left.push({ path: from, reason: 'a symbolic link; only real files and directories move' });
    else if (source.type === 'other') left.push({ path: from, reason: 'neither a file nor a directory' });
    else if (source.holds === 'skeleton' && target?.holds === 'state')
      left.push({ path: from, reason: `it holds no state; the state in ${printablePath(to)} is kept` });
    else {
      moves.push({ from, to, kind, type: source.type, credentials: source.credentials });
      if (target === null || target.type === 'missing') continue;
      conflicts.push({
        from,
        to,
        kind: target.holds === 'state' ? 'state' : 'skeleton',
        source: source.holds === 'state' ? 'state' : 'skeleton',
        evidence: target.evidence,
      });
    }
  }
  left.push(
    ...credentials.map((path) => ({ path, reason: 'its name looks like a credential; credentials never move' })),
  );
  return {
    dataDir: { from: request.dataDir, to: newDataDir(request) },
    home: { from: request.home, to: request.targetHome },
    moves,
    conflicts,
    left,
  };
}

/** A data directory outside of these homes was chosen on purpose and stays. */
function newDataDir({ home, accountHome, dataDir, targetHome }: StateRequest): string {
  if (dataDir === targetHome || dataDir.startsWith(`${targetHome}/`)) return dataDir;
  const under = [home, accountHome].find((directory) => directory !== '/' && dataDir.startsWith(`${directory}/`));
  return under === undefined ? dataDir : `${targetHome}${dataDir.slice(under.length)}`;
}
