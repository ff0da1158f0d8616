import { lintPhp } from '../../wordpress/index.js';
import { createRegistry, eraseKind } from '../registry.js';
import type { Registry } from '../registry.js';
import { channelCommandStep } from '../steps/channelCommandStep.js';
import { composeAgentsStep } from '../steps/composeAgentsStep.js';
import { createUserStep } from '../steps/createUserStep.js';
import { fileModeStep } from '../steps/fileModeStep.js';
import { holdUnitsStep } from '../steps/holdUnitsStep.js';
import { makeDirectoryKind } from '../steps/makeDirectory.js';
import { moveTreeStep } from '../steps/moveTreeStep.js';
import { openToGroupStep } from '../steps/openToGroupStep.js';
import { putFileKind } from '../steps/putFile.js';
import { quiescedStep } from '../steps/quiescedStep.js';
import { reclaimStep } from '../steps/reclaimStep.js';
import { recoveryUnitStep } from '../steps/recoveryUnitStep.js';
import { releaseUnitsStep } from '../steps/releaseUnitsStep.js';
import { rewriteUnitStep, verifyRewriteStep } from '../steps/rewriteUnitStep.js';
import { serviceUmaskStep } from '../steps/serviceUmaskStep.js';
import { statePathsStep } from '../steps/statePathsStep.js';
import { sudoersStep } from '../steps/sudoersStep.js';

/**
 * Every kind of step a migration is made of, by the name it has in plans and journals.
 *
 * PHP files pass `php -l` and sudo rules `visudo -cf` before they replace anything.
 *
 * @example
 * ```ts
 * import { migrationRegistry } from '@wca/runtime-sdk/recipes/migrateOffRoot';
 *
 * console.log(migrationRegistry().kinds.join('\n'));
 * ```
 */
export function migrationRegistry(): Registry {
  return createRegistry([
    eraseKind(createUserStep),
    eraseKind(reclaimStep),
    eraseKind(openToGroupStep),
    eraseKind(putFileKind({ validators: { php: lintPhp } })),
    eraseKind(sudoersStep),
    eraseKind(makeDirectoryKind()),
    eraseKind(recoveryUnitStep),
    eraseKind(verifyRewriteStep),
    eraseKind(holdUnitsStep),
    eraseKind(quiescedStep),
    eraseKind(moveTreeStep),
    eraseKind(rewriteUnitStep),
    eraseKind(statePathsStep),
    eraseKind(channelCommandStep),
    eraseKind(fileModeStep),
    eraseKind(releaseUnitsStep),
    eraseKind(serviceUmaskStep),
    eraseKind(composeAgentsStep),
  ]);
}
