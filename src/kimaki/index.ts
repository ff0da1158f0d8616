/**
 * Installs of the kimaki bridge: instances, their units, state and dispatch.
 *
 * @packageDocumentation
 */
export { findInstances } from './instance/index.js';
export type { FindInstancesError, KimakiInstance } from './instance/index.js';

export { detectServiceIdentity } from './identity/index.js';
export type { DetectIdentityError, ServiceIdentity } from './identity/index.js';

export { planUnitRewrite, renderUnit } from './unit/index.js';
export type { RenderUnitError, UnitRewrite, UnitRewriteError } from './unit/index.js';

export { stateInventory } from './state/index.js';
export type { StateInventory, StateInventoryError } from './state/index.js';

export { checkDatabase } from './database/index.js';

export { inspectSudoHop, probeDispatch, renderSudoHop, resolveDispatchBinary } from './dispatch/index.js';
export type {
  DispatchProbe,
  DispatchProbeError,
  DispatchEnd,
  DispatchRunner,
  SudoHop,
  SudoHopError,
} from './dispatch/index.js';

export { diagnoseInstance } from './diagnosis/index.js';
export type { InstanceDiagnosis } from './diagnosis/index.js';

export type * as errors from './errors.js';
