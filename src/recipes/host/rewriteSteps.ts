import { SHARED_UMASK } from '../../kimaki/identity/index.js';
import { octalMode } from '../../posix/paths/index.js';
import type { RecipeStep } from '../engine/index.js';
import type { RewriteUnitArgs } from '../steps/index.js';
import type { MigrationFacts, UnitFileFacts } from './facts.js';

/** What the units are to say afterwards, without the file they stand in; the same for every file of the host. */
export type RewriteTarget = Omit<RewriteUnitArgs['request'], 'binary' | 'dropIn'>;

/**
 * One rewrite for each unit file and drop-in that has to change: the service's own last.
 *
 * The service's fragment is the commit point, so everything it relies on is in place before it.
 */
export function rewriteSteps(facts: MigrationFacts): RecipeStep[] {
  const target = rewriteTarget(facts);
  const steps: RecipeStep[] = [];
  for (const { name, files } of facts.companions) {
    for (const [index, file] of files.entries()) {
      if (file.needsRewrite) steps.push(step(name, file, index > 0, null, target));
    }
  }
  const [fragment, ...dropIns] = facts.unit.files;
  for (const file of dropIns) {
    if (file.needsRewrite) steps.push(step(facts.unit.name, file, true, facts.binary.path, target));
  }
  if (fragment?.needsRewrite === true) {
    steps.push(step(facts.unit.name, fragment, false, facts.binary.path, target));
  }
  return steps.map((each, index) => ({ ...each, id: `unit-${index + 1}` }));
}

/** What every rewrite of this migration has in common. */
export function rewriteTarget(
  facts: Pick<MigrationFacts, 'target' | 'state' | 'oldHomes' | 'targetGroup'> & {
    readonly unit: Pick<MigrationFacts['unit'], 'dataDir'>;
  },
): RewriteTarget {
  const { target, state, unit } = facts;
  return {
    user: target.name,
    group: facts.targetGroup,
    oldHomes: facts.oldHomes,
    newHome: target.home,
    oldDataDir: unit.dataDir,
    newDataDir: state.newDataDir,
    umask: octalMode(SHARED_UMASK),
    moves: state.moves.map(({ from, to }) => ({ from, to })),
  };
}

function step(
  unit: string,
  file: UnitFileFacts,
  dropIn: boolean,
  binary: string | null,
  target: RewriteTarget,
): RecipeStep {
  const args: RewriteUnitArgs = {
    unit,
    path: file.path,
    diff: file.diff,
    request: { ...target, binary, dropIn },
  };
  return { id: 'unit', kind: 'kimaki.rewriteUnit', phase: 'window', args };
}
