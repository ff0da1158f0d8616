import { fsChmodMuPlugin } from '../../../wordpress/site/index.js';
import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import { ownTrees } from '../../host/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { reclaimStep } from '../../steps/index.js';
import { needsWindow } from '../observe/needsWindow.js';
import { sweepOptions } from './sweepOptions.js';

/** The site's content to WordPress: most of it while the service runs, and the rest in the window, after `stop`. */
export function siteOwnerSteps(facts: MigrationFacts, stop?: RecipeStep): RecipeStep[] {
  const { site, options } = facts;
  return ownTrees(site.contentDir, site.writable).map((root, index) =>
    step(reclaimStep, {
      id: `site-owner${index === 0 ? '' : `-${index + 1}`}${stop === undefined ? '' : '-again'}`,
      phase: stop === undefined ? 'before' : 'window',
      after: stop,
      args: {
        root,
        from: 0,
        to: { user: site.user, group: site.group },
        why:
          stop === undefined
            ? `WordPress runs as ${site.user} and cannot replace files of root (copy_failed_*)`
            : 'files that the old service wrote between the first sweep and its stop',
        keptNames: true,
        exclude: replacedFiles(facts),
        ...(stop === undefined ? {} : { groupWriteBelow: site.writable }),
        ...(options.private === 'reclaim' ? {} : { reader: site.user }),
        ...sweepOptions(facts),
        ...(stop === undefined && needsWindow(facts) ? { sweptAgain: true } : {}),
      },
    }),
  );
}

/** WordPress core, when it was asked for. */
export function coreOwner(facts: MigrationFacts): RecipeStep {
  const { site } = facts;
  return step(reclaimStep, {
    id: 'core-owner',
    phase: 'before',
    args: {
      root: site.root,
      from: 0,
      to: { user: site.user, group: site.group },
      why: 'as requested: WordPress core outside wp-content',
      keptNames: true,
      exclude: [...replacedFiles(facts), ...facts.agentPlaces.map(({ path }) => path)],
      reader: site.user,
      ...sweepOptions(facts),
    },
  });
}

/** Each is replaced by a step of its own, which sets its owner: the undo of a sweep would not know the new inode. */
function replacedFiles({ dispatch, site, agentsFile }: MigrationFacts): readonly string[] {
  const files = [`${site.muPluginsDir}/${fsChmodMuPlugin().name}`, dispatch.file?.path ?? null, agentsFile];
  return files.filter((path) => path !== null);
}
