import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { afterMuPlugins } from './siteSteps.js';

/** How WordPress reaches the agent from then on, and mu-plugins that php-fpm can read. */
export function dispatchSteps(facts: MigrationFacts, phase: 'before' | 'window'): RecipeStep[] {
  const { dispatch, site, options } = facts;
  const channel: RecipeStep[] =
    dispatch.file === null
      ? []
      : [
          {
            id: 'dispatch',
            kind: 'wordpress.channelCommand',
            phase,
            args: {
              path: dispatch.file.path,
              label: dispatch.label,
              command: dispatch.command,
              from: dispatch.currentCommand ?? '',
              uid: site.uid,
              gid: site.gid,
              why: dispatch.why,
            },
          },
        ];
  return [
    ...channel,
    {
      id: 'mu-plugin-modes',
      kind: 'posix.fileMode',
      phase,
      ...afterMuPlugins(facts),
      args: {
        directory: site.muPluginsDir,
        prefix: 'wp-coding-agents-',
        mode: 0o644,
        why: 'php-fpm must be able to read them, whatever umask their writer had',
        allowUnprotectedHardlinks: options.allowUnprotectedHardlinks ?? false,
      },
    },
  ];
}
