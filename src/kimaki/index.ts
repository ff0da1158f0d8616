/**
 * Installs of the kimaki bridge: instances, their units, state and dispatch.
 *
 * @packageDocumentation
 */
export { findInstances } from './instance/index.js';
export type { FindInstancesError, InstanceDescription, KimakiInstance, RunningUser } from './instance/index.js';

export { detectServiceIdentity } from './identity/index.js';
export type { DetectIdentityError, DetectIdentityRequest, ServiceIdentity } from './identity/index.js';

export { planUnitRewrite, renderUnit } from './unit/index.js';
export type {
  PathMove,
  RenderUnitError,
  RenderUnitRequest,
  RewrittenLine,
  UnitLeftover,
  UnitRewrite,
  UnitRewriteError,
  UnitRewriteRequest,
} from './unit/index.js';

export { stateInventory } from './state/index.js';
export type {
  Posture,
  StateConflict,
  StateInventory,
  StateInventoryError,
  StateInventoryRequest,
  StateLeft,
  InventoryMove,
} from './state/index.js';

export { checkDatabase } from './database/index.js';
export type { DatabaseCheck } from './database/index.js';

export { inspectSudoHop, probeDispatch, renderSudoHop, resolveDispatchBinary } from './dispatch/index.js';
export type {
  DispatchBinaryRequest,
  DispatchEnd,
  DispatchFault,
  DispatchLink,
  DispatchNoEnd,
  DispatchProbe,
  DispatchProbeError,
  DispatchProbeRequest,
  DispatchRunner,
  ManagedFile,
  ProbeMessage,
  ProbedLink,
  SudoHop,
  SudoHopError,
  SudoHopFinding,
  SudoHopReport,
  SudoHopRequest,
} from './dispatch/index.js';

export { diagnoseInstance } from './diagnosis/index.js';
export type { DiagnosisRequest, FindingId, InstanceDiagnosis, InstanceFinding, NotChecked } from './diagnosis/index.js';

export type * as errors from './errors.js';
