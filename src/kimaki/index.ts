/**
 * Installs of the kimaki bridge: instances, their units, state and dispatch.
 *
 * @packageDocumentation
 */
export { describeInstance, findCompanions, findInstances } from './instance/index.js';
export type {
  FindInstancesError,
  InstanceDescription,
  InstanceFacts,
  KimakiInstance,
  RunningUser,
} from './instance/index.js';

export { decideServiceIdentity, detectServiceIdentity } from './identity/index.js';
export type {
  DetectIdentityError,
  DetectIdentityRequest,
  IdentityAccount,
  InstalledIdentity,
  ServiceIdentity,
  ServiceIdentityFacts,
  ServiceIdentityRefused,
} from './identity/index.js';

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

export { findStatePaths, rewriteStatePaths, undoStatePaths } from './state-paths/index.js';
export type {
  DatabasePath,
  LinkPath,
  RewriteStateError,
  StatePath,
  StatePathPlan,
  StatePathsRequest,
  TextPath,
} from './state-paths/index.js';

export { checkDatabase } from './database/index.js';
export type { DatabaseCheck } from './database/index.js';

export {
  explainDispatchExit,
  inspectSudoHop,
  probeDispatch,
  renderSudoHop,
  resolveDispatch,
  resolveDispatchBinary,
} from './dispatch/index.js';
export type {
  DispatchBinaryRequest,
  DispatchEnd,
  DispatchRequest,
  DispatchFault,
  DispatchLink,
  DispatchNoEnd,
  DispatchPlan,
  DispatchProbe,
  DispatchProbeError,
  DispatchProbeRequest,
  DispatchRunner,
  DispatchStrategy,
  DispatchVerdict,
  ManagedFile,
  ProbeMessage,
  ProbedLink,
  Reach,
  SudoHop,
  SudoHopError,
  SudoHopFinding,
  SudoHopReport,
  SudoHopRequest,
} from './dispatch/index.js';

export { lostAbilities, readAbilityFacts } from './abilities/index.js';
export type { AbilityFacts, AbilityRequest, LostAbility } from './abilities/index.js';

export { diagnoseInstance } from './diagnosis/index.js';
export type { DiagnosisRequest, FindingId, InstanceDiagnosis, InstanceFinding, NotChecked } from './diagnosis/index.js';

export type * as errors from './errors.js';
