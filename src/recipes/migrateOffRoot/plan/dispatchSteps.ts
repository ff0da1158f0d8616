import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { channelCommandStep, fileModeStep } from '../../steps/index.js';

/** How WordPress reaches the agent afterwards, and mu-plugins that php-fpm can read. */
export function dispatchSteps(
  { dispatch, site, options }: MigrationFacts,
  phase: 'before' | 'window',
  muPlugins: readonly RecipeStep[],
): RecipeStep[] {
  const { file, label, command, currentCommand, why } = dispatch;
  const channel =
    file === null
      ? []
      : [
          step(channelCommandStep, {
            id: 'dispatch',
            phase,
            args: { path: file.path, label, command, from: currentCommand ?? '', uid: site.uid, gid: site.gid, why },
          }),
        ];
  return [
    ...channel,
    step(fileModeStep, {
      id: 'mu-plugin-modes',
      phase,
      after: muPlugins[0],
      args: {
        directory: site.muPluginsDir,
        prefix: 'wp-coding-agents-',
        mode: 0o644,
        why: 'php-fpm must be able to read them, whatever umask they were written with',
        allowUnprotectedHardlinks: options.allowUnprotectedHardlinks ?? false,
      },
    }),
  ];
}
