import { fsChmodMuPlugin } from '../../../wordpress/site/index.js';
import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { needsWindow } from '../observe/needsWindow.js';
import { sweepOptions } from './sweepOptions.js';
import { ownTrees } from '../../host/index.js';

/** The site's content back to WordPress: most of it while the service runs, the rest once it is stopped. */
export function siteOwnerSteps(facts: MigrationFacts, phase: 'before' | 'window'): RecipeStep[] {
  const { contentDir, writable } = facts.site;
  return ownTrees(contentDir, writable).map((root, index) => siteOwner(facts, root, index, phase));
}

function siteOwner(facts: MigrationFacts, root: string, index: number, phase: 'before' | 'window'): RecipeStep {
  const { site, options } = facts;
  return {
    id: `site-owner${index === 0 ? '' : `-${index + 1}`}${phase === 'window' ? '-again' : ''}`,
    kind: 'posix.reclaim',
    phase,
    ...(phase === 'window' ? { after: 'hold' } : {}),
    args: {
      root,
      from: 0,
      to: { user: site.user, group: site.group },
      why:
        phase === 'window'
          ? 'what the old service wrote between the first sweep and its stop'
          : `WordPress runs as ${site.user} and cannot replace what root owns (copy_failed_*)`,
      keptNames: true,
      exclude: replacedFiles(facts),
      ...(phase === 'window' ? { groupWriteBelow: site.writable } : {}),
      ...(options.private === 'reclaim' ? {} : { reader: site.user }),
      ...sweepOptions(facts),
      ...(phase === 'before' && needsWindow(facts) ? { sweptAgain: true } : {}),
    },
  };
}

/** WordPress core, when it was asked for. */
export function coreOwner(facts: MigrationFacts): RecipeStep {
  const { site } = facts;
  return {
    id: 'core-owner',
    kind: 'posix.reclaim',
    phase: 'before',
    args: {
      root: site.root,
      from: 0,
      to: { user: site.user, group: site.group },
      why: 'asked for: WordPress core outside wp-content',
      keptNames: true,
      exclude: [...replacedFiles(facts), ...facts.agentPlaces.map(({ path }) => path)],
      reader: site.user,
      ...sweepOptions(facts),
    },
  };
}

/** Each is replaced by a step of its own, which takes its owner along: a sweep could not undo a file that is a new inode. */
function replacedFiles({ dispatch, site, agentsFile }: MigrationFacts): readonly string[] {
  const files = [`${site.muPluginsDir}/${fsChmodMuPlugin().name}`, dispatch.file?.path ?? null, agentsFile];
  return files.filter((path) => path !== null);
}
