import { lintPhp } from '../../../wordpress/php/index.js';
import { createRegistry, eraseKind } from '../../engine/index.js';
import type { Registry } from '../../engine/index.js';
import {
  channelCommandStep,
  composeAgentsStep,
  createUserStep,
  fileModeStep,
  holdUnitsStep,
  makeDirectoryKind,
  moveTreeStep,
  openToGroupStep,
  putFileKind,
  quiescedStep,
  reclaimStep,
  recoveryUnitStep,
  releaseUnitsStep,
  rewriteUnitStep,
  serviceUmaskStep,
  statePathsStep,
  sudoersStep,
  verifyRewriteStep,
} from '../../steps/index.js';

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
