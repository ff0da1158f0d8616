import { step } from '../../engine/index.js';
import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { openToGroupStep } from '../../steps/index.js';
import { needsWindow } from '../observe/needsWindow.js';

/**
 * Directories that WordPress and the agent both write: while the service runs, and again after `start`, since until
 * php-fpm has the umask and the service its new user, neither can write what the other creates.
 */
export function sharedWritingSteps(facts: MigrationFacts, start?: RecipeStep): RecipeStep[] {
  const { site, target, options } = facts;
  return site.writable.map((root, index) =>
    step(openToGroupStep, {
      id: `shared-writing-${index + 1}${start === undefined ? '' : '-again'}`,
      phase: start === undefined ? 'before' : 'after',
      after: start,
      args: {
        root,
        group: site.group,
        owners: ['root', site.user, target.name],
        why:
          start === undefined
            ? `WordPress and ${target.name} both keep writing here`
            : 'files that were written before both had the shared umask',
        crossMounts: options.crossMounts ?? false,
        allowUnprotectedHardlinks: options.allowUnprotectedHardlinks ?? false,
        leaveUnsafe: options.leaveUnsafe ?? false,
        ...(start === undefined && needsWindow(facts) ? { openedAgain: true } : {}),
      },
    }),
  );
}
