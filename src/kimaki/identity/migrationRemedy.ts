import { BRIDGES } from '../bridges/index.js';
import { remedy } from '../../posix/findings/index.js';
import type { Remedy } from '../../posix/findings/index.js';
import { DEFAULT_SERVICE_ACCOUNT } from './serviceIdentity.js';

/**
 * What moves an instance off root, or repairs what a migration of it did: plan `migrateOffRoot`, then apply it; pure.
 *
 * The options name the unit and the account only where the recipe would choose others by itself.
 */
export function migrationRemedy({ unit, user }: { readonly unit: string; readonly user: string }): Remedy {
  const options = {
    ...(BRIDGES.some((bridge) => unit === bridge.unit) ? {} : { unit }),
    ...(['root', DEFAULT_SERVICE_ACCOUNT].includes(user) ? {} : { user }),
  };
  return remedy.inOrder(...['plan', 'apply'].map((action) => remedy.recipe('migrateOffRoot', action, options)));
}
