import { SHARED_UMASK } from '../../../kimaki/identity/index.js';
import { fpmUmaskDropIn } from '../../../wordpress/fpm/index.js';
import type { RecipeStep } from '../../engine/index.js';
import type { MigrationFacts } from '../../host/index.js';
import { needsWindow } from '../observe/needsWindow.js';
import { sharedWritingSteps } from './sharedWritingSteps.js';

/** What follows the start. */
export function afterSteps(facts: MigrationFacts): RecipeStep[] {
  const { fpm, options, site, target, agentsFile } = facts;
  const steps: RecipeStep[] = [];
  const dropIn = fpm === null || options.noFpmUmask === true ? null : fpmUmaskDropIn(fpm.unit).unwrapOr(null);
  if (fpm !== null && dropIn !== null) {
    steps.push({
      id: 'fpm-umask',
      kind: 'systemd.serviceUmask',
      phase: 'after',
      args: { unit: fpm.unit, umask: SHARED_UMASK, path: dropIn.path, content: dropIn.content },
    });
  }
  if (needsWindow(facts)) steps.push(...sharedWritingSteps(facts, 'after'));
  if (agentsFile !== null) {
    steps.push({
      id: 'agents-file',
      kind: 'wordpress.composeAgents',
      phase: 'after',
      args: { site: site.root, user: target.name, gid: site.gid },
    });
  }
  return steps;
}
