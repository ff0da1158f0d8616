import { fsChmodMuPlugin } from '../../../wordpress/site/index.js';
import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { makeDirectoryStep, newFileDiff, putFileStep } from '../../steps/index.js';
import { agentPlaceSteps } from './agentPlaceSteps.js';
import { sharedWritingSteps } from './sharedWritingSteps.js';
import { coreOwner, siteOwnerSteps } from './siteOwnerSteps.js';

/** What the site needs, all of it while the old service still runs. */
export function siteSteps(facts: MigrationFacts, muPlugins: readonly RecipeStep[]): RecipeStep[] {
  const { site } = facts;
  const { name, content } = fsChmodMuPlugin();
  const path = `${site.muPluginsDir}/${name}`;
  return [
    ...siteOwnerSteps(facts),
    ...(facts.options.includeCore === true ? [coreOwner(facts)] : []),
    ...agentPlaceSteps(facts),
    ...muPlugins,
    step(putFileStep, {
      id: 'fs-chmod',
      phase: 'before',
      after: muPlugins[0],
      args: {
        path,
        content,
        mode: 0o644,
        uid: site.uid,
        gid: site.gid,
        validate: 'php',
        why: 'WordPress takes the modes of what it writes from here; without it, it removes setgid and group write',
        diff: newFileDiff(path, content),
      },
    }),
    ...sharedWritingSteps(facts),
  ];
}

/** The mu-plugins directory, where the site has none; steps that use it come after it. */
export function muPluginsSteps({ writable, muPluginsDir, uid, gid }: MigrationFacts['site']): RecipeStep[] {
  if (writable.includes(muPluginsDir)) return [];
  const args = { path: muPluginsDir, mode: 0o2775, uid, gid, why: 'a mu-plugin is written into it' };
  return [step(makeDirectoryStep, { id: 'mu-plugins', phase: 'before', args })];
}
