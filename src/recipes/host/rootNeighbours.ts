import { isInUse } from '../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { printablePath } from '../../posix/paths/index.js';

/** Another instance that stays root's, and what it shares with the chosen one, as a part of a sentence. */
export type RootNeighbour = { readonly unit: string; readonly shares: string };

/** What is looked at of an instance. */
type Neighbour = Pick<KimakiInstance, 'unit' | 'user' | 'site' | 'home' | 'state'>;

/** The other instances in use that run as root and share the site or the home with this one. Pure. */
export function rootNeighbours(
  { site, home }: Pick<Neighbour, 'site' | 'home'>,
  neighbours: readonly Neighbour[],
): readonly RootNeighbour[] {
  return neighbours
    .filter((one) => isInUse(one) && one.user === 'root')
    .flatMap((one) => {
      const shares = [
        ...(site !== null && one.site === site ? [`the site ${printablePath(site)}`] : []),
        ...(one.home === home ? [`the home ${printablePath(home)}`] : []),
      ];
      return shares.length === 0 ? [] : [{ unit: one.unit, shares: shares.join(' and ') }];
    });
}
