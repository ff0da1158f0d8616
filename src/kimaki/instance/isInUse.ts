import type { UnitState } from '../../systemd/manager/index.js';

/**
 * Tells whether an instance runs, or will at the next boot; pure. One that is disabled and does not run is not the running
 * agent: the installer leaves such a unit as the way back to the bridge that was used before.
 */
export function isInUse({ state }: { readonly state: Pick<UnitState, 'activeState' | 'unitFileState'> }): boolean {
  return !['inactive', 'failed'].includes(state.activeState) || state.unitFileState.startsWith('enabled');
}
