import { fsChmodMuPlugin } from '../../../wordpress/site/index.js';
import type { RecipeStep } from '../../engine/index.js';
import { newFileDiff } from '../../steps/index.js';
import { agentPlaceSteps } from './agentPlaceSteps.js';
import type { MigrationFacts } from '../../host/index.js';
import { sharedWritingSteps } from './sharedWritingSteps.js';
import { coreOwner, siteOwnerSteps } from './siteOwnerSteps.js';

/** What the site needs, all of it while the old service still runs. */
export function siteSteps(facts: MigrationFacts): RecipeStep[] {
  const { site } = facts;
  const plugin = fsChmodMuPlugin();
  return [
    ...siteOwnerSteps(facts, 'before'),
    ...(facts.options.includeCore === true ? [coreOwner(facts)] : []),
    ...agentPlaceSteps(facts, 'before'),
    ...muPluginsDirectory(facts),
    {
      id: 'fs-chmod',
      kind: 'posix.putFile',
      phase: 'before',
      ...afterMuPlugins(facts),
      args: {
        path: `${site.muPluginsDir}/${plugin.name}`,
        content: plugin.content,
        mode: 0o644,
        uid: site.uid,
        gid: site.gid,
        validate: 'php',
        why: 'WordPress takes the modes of what it writes from here; without it, it strips setgid and group write',
        diff: newFileDiff(`${site.muPluginsDir}/${plugin.name}`, plugin.content),
      },
    },
    ...sharedWritingSteps(facts, 'before'),
  ];
}

/** Many sites have no mu-plugins; the directories to share are those that exist. */
function muPluginsDirectory({ site }: MigrationFacts): RecipeStep[] {
  if (site.writable.includes(site.muPluginsDir)) return [];
  const args = {
    path: site.muPluginsDir,
    mode: 0o2775,
    uid: site.uid,
    gid: site.gid,
    why: 'a mu-plugin is put into it',
  };
  return [{ id: 'mu-plugins', kind: 'posix.makeDirectory', phase: 'before', args }];
}

/** For a step that needs the mu-plugins directory. */
export function afterMuPlugins(facts: MigrationFacts): { readonly after?: string } {
  return muPluginsDirectory(facts).length === 0 ? {} : { after: 'mu-plugins' };
}
