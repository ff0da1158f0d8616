import { fsChmodMuPlugin } from '../../../wordpress/site/index.js';
import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import { channelSteps } from '../../host/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { fileModeStep, makeDirectoryStep, newFileDiff, putFileStep } from '../../steps/index.js';
import { sharedWritingSteps, siteOwnerSteps } from './ownerSteps.js';

/**
 * What the site needs, all of it while the old service still runs.
 *
 * @param again - whether a stop window follows, in which the trees are swept a second time
 * @param together - every instance that is moved with this one, itself among them
 */
export function siteSteps(
  facts: MigrationFacts,
  muPlugins: readonly RecipeStep[],
  again: boolean,
  together: readonly MigrationFacts[] = [facts],
): RecipeStep[] {
  const { site } = facts;
  const { name, content } = fsChmodMuPlugin();
  const path = `${site.muPluginsDir}/${name}`;
  return [
    ...siteOwnerSteps(facts, { when: 'first', again }, together),
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
    ...sharedWritingSteps(facts, { when: 'first', again }),
  ];
}

/** The mu-plugins directory, where the site has none; steps that use it come after it. */
export function muPluginsSteps({ writable, muPluginsDir, uid, gid }: MigrationFacts['site']): RecipeStep[] {
  if (writable.includes(muPluginsDir)) return [];
  const args = { path: muPluginsDir, mode: 0o2775, uid, gid, why: 'a mu-plugin is written into it' };
  return [step(makeDirectoryStep, { id: 'mu-plugins', phase: 'before', args })];
}

/** How WordPress reaches the agent afterwards, and mu-plugins that php-fpm can read. */
export function dispatchSteps(
  facts: MigrationFacts,
  phase: 'before' | 'after',
  muPlugins: readonly RecipeStep[],
  together: readonly MigrationFacts[] = [facts],
): RecipeStep[] {
  const { site, options } = facts;
  return [
    ...channelSteps(facts, phase, together),
    step(fileModeStep, {
      id: 'mu-plugin-modes',
      phase,
      after: muPlugins[0],
      args: {
        directory: site.muPluginsDir,
        prefix: 'wp-coding-agents-',
        mode: 0o644,
        // The installer lets the group write them, since several accounts do in turn.
        keep: 0o020,
        why: 'php-fpm must be able to read them, whatever umask they were written with',
        allowUnprotectedHardlinks: options.allowUnprotectedHardlinks ?? false,
      },
    }),
  ];
}
