import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { needsWindow } from '../observe/needsWindow.js';

/**
 * What both sides write in: while the service runs, and again at the end, since until php-fpm has the umask and the
 * service its new user, everything new is closed to the other side.
 */
export function sharedWritingSteps(facts: MigrationFacts, phase: 'before' | 'after'): RecipeStep[] {
  const { site, target, options } = facts;
  return site.writable.map((root, index): RecipeStep => ({
    id: `shared-writing-${index + 1}${phase === 'after' ? '-again' : ''}`,
    kind: 'posix.openToGroup',
    phase,
    ...(phase === 'after' ? { after: 'start' } : {}),
    args: {
      root,
      group: site.group,
      owners: ['root', site.user, target.name],
      why:
        phase === 'after'
          ? 'what was written until both sides had their umask'
          : `WordPress and ${target.name} both go on writing here`,
      crossMounts: options.crossMounts ?? false,
      allowUnprotectedHardlinks: options.allowUnprotectedHardlinks ?? false,
      leaveUnsafe: options.leaveUnsafe ?? false,
      ...(phase === 'before' && needsWindow(facts) ? { openedAgain: true } : {}),
    },
  }));
}
