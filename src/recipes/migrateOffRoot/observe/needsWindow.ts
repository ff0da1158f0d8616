import type { MigrationFacts } from '../../host/index.js';

/** Whether the service has to be stopped at all. */
export function needsWindow(facts: Pick<MigrationFacts, 'unit' | 'target' | 'state' | 'companions'>): boolean {
  const { unit, target, state, companions } = facts;
  const files = [...unit.files, ...companions.flatMap((companion) => companion.files)];
  return (
    state.moves.length > 0 ||
    state.stale !== null ||
    files.some(({ needsRewrite }) => needsRewrite) ||
    (unit.runningUid !== null && unit.runningUid !== target.uid)
  );
}
