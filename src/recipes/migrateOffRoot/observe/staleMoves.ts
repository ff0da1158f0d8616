import { isAtOrBelow } from '../../../posix/paths/index.js';
import type { StaleState } from '../../host/index.js';

/**
 * Where state would have been before an earlier migration brought it to its place in the home. Pure.
 *
 * @param places - the state that is in its place
 */
export function staleMoves(places: readonly string[], home: string, oldHomes: readonly string[]): StaleState['moves'] {
  return places
    .filter((place) => place !== home && isAtOrBelow(place, home))
    .flatMap((to) => oldHomes.map((oldHome) => ({ from: `${oldHome}${to.slice(home.length)}`, to })))
    .filter(({ from, to }) => from !== to);
}
