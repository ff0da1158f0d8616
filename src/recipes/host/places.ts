import { dirname } from 'node:path';
import { sudoHopPaths } from '../../kimaki/dispatch/index.js';
import type { MigrationFacts } from './facts.js';

/** Directories and files of which something is going to be made, replaced or moved. */
export type Places = {
  /** In these an entry is made, replaced, moved or removed. They may not exist yet. */
  readonly directories: readonly string[];
  /** These are replaced or moved themselves. */
  readonly files: readonly string[];
  /** What root owns in these trees changes hands. */
  readonly trees: readonly string[];
};

/** Everything a migration is going to write to, from its facts. Pure. */
export function placesOf(facts: MigrationFacts): Places {
  const { unit, companions, site, state, target, dispatch, agentPlaces, agentsFile, leftovers, secrets } = facts;
  const units = [unit, ...companions].flatMap(({ files }) =>
    files.filter(({ needsRewrite }) => needsRewrite).map(({ path }) => path),
  );
  const { wrapper, target: hopTarget, sudoers } = sudoHopPaths(unit.instance);
  const hop = dispatch.strategy === 'sudo-hop' ? [wrapper, hopTarget, sudoers] : [];
  const files = [
    ...units,
    ...state.moves.flatMap(({ from, to, asidePath }) => (asidePath === null ? [from] : [from, to])),
    dispatch.file?.path,
    agentsFile,
  ];
  const known = files.filter((path) => path !== undefined && path !== null);
  const directories = [...known, ...hop, ...state.moves.map(({ to }) => to), `${site.muPluginsDir}/x`].map((path) =>
    dirname(path),
  );
  return {
    directories: [...new Set([...directories, ...site.writable])],
    files: known,
    trees: [
      site.contentDir,
      ...site.writable,
      target.home,
      ...state.moves.map(({ from }) => from),
      ...agentPlaces.map(({ path }) => path),
      ...secrets.map(({ path }) => path),
      ...leftovers,
    ],
  };
}
