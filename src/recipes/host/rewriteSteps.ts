import { SHARED_UMASK } from '../../kimaki/identity/index.js';
import { octalMode } from '../../posix/paths/index.js';
import { step } from '../engine/index.js';
import type { RecipeStep } from '../engine/index.js';
import { rewriteUnitStep } from '../steps/index.js';
import type { RewriteUnitArgs } from '../steps/index.js';
import type { MigrationFacts, UnitFacts } from './facts.js';

/** What the units are to say afterwards, without the file they stand in; the same for every file of the host. */
export type RewriteTarget = Omit<RewriteUnitArgs['request'], 'binary' | 'dropIn'>;

/**
 * One rewrite for each unit file and drop-in that has to change: the service's own last.
 *
 * The service's fragment is the commit point, so everything it relies on is in place before it.
 *
 * @param undoneBefore - steps that may be undone only once the units are as they were
 * @param together - every instance that is moved with this one, itself among them: a companion that several have is edited
 * once, with the first of them
 */
export function rewriteSteps(
  facts: MigrationFacts,
  undoneBefore: readonly RecipeStep[] = [],
  together: readonly MigrationFacts[] = [facts],
): RecipeStep<'kimaki.rewriteUnit', RewriteUnitArgs>[] {
  const target = rewriteTarget(facts);
  const [fragment, ...dropIns] = facts.unit.files;
  const own = [
    ...dropIns.map((file) => ({ file, dropIn: true })),
    ...(fragment === undefined ? [] : [{ file: fragment, dropIn: false }]),
  ];
  const hasCompanion = (name: string) => (one: MigrationFacts) => one.companions.some((each) => each.name === name);
  const companions = facts.companions.filter(({ name }) => together.find(hasCompanion(name)) === facts);
  const files = [
    ...companions.flatMap((one) =>
      one.files.map((file, index) => ({
        unit: one.name,
        file,
        dropIn: index > 0,
        binary: null,
        ...prefixesOf(one),
      })),
    ),
    ...own.map((one) => ({
      unit: facts.unit.name,
      ...one,
      binary: facts.unit.ownProgram ?? facts.binary.path,
      ...prefixesOf(facts.unit),
    })),
  ];
  return files
    .filter(({ file }) => file.needsRewrite)
    .map(({ unit, file, ...own }, index) =>
      step(rewriteUnitStep, {
        id: `unit-${index + 1}`,
        phase: 'window',
        undoneBefore,
        args: { unit, path: file.path, diff: file.diff, request: { ...target, ...own } },
      }),
    );
}

/** An argument that is not given has no member at all: the plan's digest is made of them. */
function prefixesOf({ prefixes }: Pick<UnitFacts, 'prefixes'>): Pick<UnitFacts, 'prefixes'> {
  return prefixes === undefined ? {} : { prefixes };
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
