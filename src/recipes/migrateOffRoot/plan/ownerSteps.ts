import { fsChmodMuPlugin } from '../../../wordpress/site/index.js';
import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import { ownTrees } from '../../host/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { openToGroupStep, reclaimStep } from '../../steps/index.js';

/**
 * When a tree is swept: `first`, while the old service runs, where `again` says that a second sweep follows; or in the
 * window after `stop`, for what the service wrote until it was stopped.
 */
export type Turn =
  { readonly when: 'first'; readonly again: boolean } | { readonly when: 'window'; readonly stop: RecipeStep };

/**
 * The site's content to WordPress, WordPress core where it was asked for, and the agent's places to the agent.
 *
 * @param together - every instance that is moved with this one, itself among them
 */
export function siteOwnerSteps(
  facts: MigrationFacts,
  turn: Turn,
  together: readonly MigrationFacts[] = [facts],
): RecipeStep[] {
  const { site, options, agentPlaces, target } = facts;
  const isFirst = turn.when === 'first';
  const ending = isFirst ? '' : '-again';
  const place = isFirst ? ({ phase: 'before' } as const) : ({ phase: 'window', after: turn.stop } as const);
  const swept = { ...sweepOptions(facts), ...(isFirst && turn.again ? { sweptAgain: true } : {}) };
  const since = 'files that the old service wrote between the first sweep and its stop';
  const content = ownTrees(site.contentDir, site.writable).map((root, index) =>
    step(reclaimStep, {
      id: `site-owner${index === 0 ? '' : `-${index + 1}`}${ending}`,
      ...place,
      args: {
        root,
        from: 0,
        to: { user: site.user, group: site.group },
        why: isFirst ? `WordPress runs as ${site.user} and cannot replace files of root (copy_failed_*)` : since,
        keptNames: true,
        exclude: replacedFiles(together),
        ...(isFirst ? {} : { groupWriteBelow: site.writable }),
        ...(options.private === 'reclaim' ? {} : { reader: site.user }),
        ...swept,
      },
    }),
  );
  const places = agentPlaces.map(({ path, user, group }, index) =>
    step(reclaimStep, {
      id: `agent-place-${index + 1}${ending}`,
      ...place,
      args: {
        root: path,
        from: 0,
        to: { user, group },
        why: isFirst ? `the agent keeps its own files here, and ${target.name} must be able to write them` : since,
        // Its group is WordPress's, which must not change what the agent is told to do.
        ...(group === site.group ? { closed: true } : {}),
        // WordPress may have moved a secret of root's to such a name.
        ...(options.private === 'reclaim' ? {} : { reader: user }),
        ...swept,
      },
    }),
  );
  return [...content, ...(isFirst && options.includeCore === true ? [coreOwner(facts, together)] : []), ...places];
}

function coreOwner(facts: MigrationFacts, together: readonly MigrationFacts[]): RecipeStep {
  const { site } = facts;
  const places = together.flatMap(({ agentPlaces }) => agentPlaces.map(({ path }) => path));
  return step(reclaimStep, {
    id: 'core-owner',
    phase: 'before',
    args: {
      root: site.root,
      from: 0,
      to: { user: site.user, group: site.group },
      why: 'as requested: WordPress core outside wp-content',
      keptNames: true,
      exclude: [...replacedFiles(together), ...new Set(places)],
      reader: site.user,
      ...sweepOptions(facts),
    },
  });
}

/** Each is replaced by a step of its own, which sets its owner: the undo of a sweep would not know the new inode. */
function replacedFiles(together: readonly MigrationFacts[]): readonly string[] {
  const files = together.flatMap(({ dispatch, site, agentsFile }) => [
    `${site.muPluginsDir}/${fsChmodMuPlugin().name}`,
    dispatch.file?.path ?? null,
    agentsFile,
  ]);
  return [...new Set(files.filter((path) => path !== null))];
}

/**
 * The state, before it moves. What lies where only root can write is the service's own and needs no question, however
 * private it is; what the agent, or WordPress, could have moved there is asked about.
 */
export function stateOwnerSteps(facts: MigrationFacts, after: RecipeStep): RecipeStep[] {
  const { target, state } = facts;
  return state.moves.map(({ from }, index) =>
    step(reclaimStep, {
      id: `state-owner-${index + 1}`,
      phase: 'window',
      after,
      args: {
        root: from,
        from: 0,
        to: { user: target.name, group: facts.targetGroup },
        why: `${target.name} runs the service and has to write its state`,
        movesAfterwards: true,
        ...(facts.options.private === 'reclaim'
          ? {}
          : { reader: target.name, readerAsked: 'where-others-write' as const }),
        ...sweepOptions(facts),
      },
    }),
  );
}

/** The agent's own files: its home and what it left in shared places. `moved` is the last move of the state. */
export function homeOwnerSteps(facts: MigrationFacts, phase: 'before' | 'window', moved?: RecipeStep): RecipeStep[] {
  const { target, leftovers, options } = facts;
  const to = { user: target.name, group: facts.targetGroup };
  const home = step(reclaimStep, {
    id: 'home-owner',
    phase,
    after: moved,
    args: {
      root: target.home,
      from: 0,
      to,
      why: `the service fails with EACCES on files of root in the home of ${target.name}`,
      exclude: target.keptEntries,
      mayBeGone: false,
      // The agent may have moved a secret of root's here.
      ...(options.private === 'reclaim' ? {} : { reader: target.name }),
      ...sweepOptions(facts),
    },
  });
  // Anyone may have moved a secret of root's to such a name: what the account could not read before stays root's. A
  // service may remove these files itself when it stops.
  const left = leftovers.map((root, index) =>
    step(reclaimStep, {
      id: `leftover-${index + 1}`,
      phase,
      after: moved,
      args: {
        root,
        from: 0,
        to,
        why: `the root service left it in a shared place, where ${target.name} could not replace it`,
        exclude: [],
        mayBeGone: true,
        reader: target.name,
        ...sweepOptions(facts),
      },
    }),
  );
  return [home, ...left];
}

/**
 * The files with secrets that the unit names, in a directory of root's: the service reads them itself, and only their owner may.
 * Their group stays, which is how WordPress reads the token for sending.
 */
export function secretOwnerSteps(facts: MigrationFacts, phase: 'before' | 'window', stop?: RecipeStep): RecipeStep[] {
  return facts.secrets.map(({ path, user, group }, index) =>
    step(reclaimStep, {
      id: `secret-${index + 1}`,
      phase,
      after: stop,
      args: {
        root: path,
        from: 0,
        to: { user, group },
        why: `${user} runs the service, which reads this file itself`,
        ...sweepOptions(facts),
      },
    }),
  );
}

/**
 * Directories that WordPress and the agent both write: while the service runs, and again after `start`, since until
 * php-fpm has the umask and the service its new user, neither can write what the other creates.
 *
 * @param turn - `first`, and whether a second time follows; or the step that started the service
 */
export function sharedWritingSteps(
  facts: MigrationFacts,
  turn: { readonly when: 'first'; readonly again: boolean } | { readonly when: 'after'; readonly start: RecipeStep },
): RecipeStep[] {
  const { site, target } = facts;
  const isFirst = turn.when === 'first';
  return site.writable.map((root, index) =>
    step(openToGroupStep, {
      id: `shared-writing-${index + 1}${isFirst ? '' : '-again'}`,
      phase: isFirst ? 'before' : 'after',
      after: isFirst ? undefined : turn.start,
      args: {
        root,
        group: site.group,
        owners: ['root', site.user, target.name],
        why: isFirst
          ? `WordPress and ${target.name} both keep writing here`
          : 'files that were written before both had the shared umask',
        ...sweepOptions(facts),
        ...(isFirst && turn.again ? { openedAgain: true } : {}),
      },
    }),
  );
}

/** The options of the operator that every sweep has. */
function sweepOptions({ options }: MigrationFacts): {
  readonly crossMounts: boolean;
  readonly allowUnprotectedHardlinks: boolean;
  readonly leaveUnsafe: boolean;
} {
  return {
    crossMounts: options.crossMounts ?? false,
    allowUnprotectedHardlinks: options.allowUnprotectedHardlinks ?? false,
    leaveUnsafe: options.leaveUnsafe ?? false,
  };
}
