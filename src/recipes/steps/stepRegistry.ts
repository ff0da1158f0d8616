import { createRegistry } from '../engine/index.js';
import type { Registry } from '../engine/index.js';
import { fileModeStep } from './files/fileModeStep.js';
import { makeDirectoryStep } from './files/makeDirectoryStep.js';
import { moveTreeStep } from './files/moveTreeStep.js';
import { putFileStep } from './files/putFileStep.js';
import { sudoersStep } from './files/sudoersStep.js';
import { createUserStep } from './ownership/createUserStep.js';
import { openToGroupStep } from './ownership/openToGroupStep.js';
import { reclaimStep } from './ownership/reclaimStep.js';
import { channelCommandStep } from './site/channelCommandStep.js';
import { keepProgramsStep } from './programs/keepProgramsStep.js';
import { composeAgentsStep } from './site/composeAgentsStep.js';
import { statePathsStep } from './site/statePathsStep.js';
import { assertNoProcessesStep } from './units/assertNoProcessesStep.js';
import { recoveryUnitStep } from './units/recoveryUnitStep.js';
import { rewriteUnitStep, verifyRewriteStep } from './units/rewriteUnitStep.js';
import { serviceUmaskStep } from './units/serviceUmaskStep.js';
import { startUnitsStep } from './units/startUnitsStep.js';
import { stopUnitsStep } from './units/stopUnitsStep.js';

/**
 * Every kind of step of this package, by the name it has in plans and journals. Plans of `migrate-off-root` and
 * `harden-install` need no other; a recipe with kinds of its own collects all it uses with {@link createRegistry}.
 *
 * @example
 * ```ts
 * import { stepRegistry } from '@wca/runtime-sdk/recipes';
 *
 * console.log(stepRegistry().kinds.join('\n'));
 * ```
 */
export function stepRegistry(): Registry {
  return createRegistry([
    createUserStep,
    reclaimStep,
    openToGroupStep,
    putFileStep,
    sudoersStep,
    makeDirectoryStep,
    recoveryUnitStep,
    verifyRewriteStep,
    stopUnitsStep,
    assertNoProcessesStep,
    keepProgramsStep,
    moveTreeStep,
    rewriteUnitStep,
    statePathsStep,
    channelCommandStep,
    fileModeStep,
    startUnitsStep,
    serviceUmaskStep,
    composeAgentsStep,
  ]);
}
