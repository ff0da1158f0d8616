/**
 * Installs of the kimaki bridge: instances, their units, state and dispatch.
 *
 * @packageDocumentation
 */
export { DEFAULT_LOCK_PORT, describeInstance } from './instance/index.js';
export type { InstanceDescription, InstanceFacts } from './instance/index.js';
export { findInstances } from './instance/index.js';
export type { FindInstancesError, InstanceUsers, KimakiInstance, RunningUser } from './instance/index.js';
export { instanceName } from './instance/index.js';
export { loadedFromDisk } from './instance/index.js';
export { readUnitFiles } from './instance/index.js';
export type { ReadUnitFilesError, UnitFiles } from './instance/index.js';
export { findCompanions } from './instance/index.js';
export { findSiteServices } from './instance/index.js';
export type { SiteService } from './instance/index.js';
export { isCompanion } from './instance/index.js';
export type { CompanionFacts, CompanionOf } from './instance/index.js';
export { parseCronJobs, rootCronJobs } from './abilities/index.js';
export type { CronJob } from './abilities/index.js';

export { diagnoseInstance } from './diagnosis/index.js';
export type {
  DiagnosisError,
  DiagnosisRequest,
  FindingId,
  InstanceDiagnosis,
  InstanceFinding,
  NotChecked,
} from './diagnosis/index.js';

export { privilegedLines } from './unit/index.js';
export type { PrivilegedLine } from './unit/index.js';
export { untrustedPrograms } from './unit/index.js';
export type { UntrustedProgram } from './unit/index.js';
export { programsFailingAsAgent } from './unit/index.js';
export type { FailingProgram, FailingProgramError } from './unit/index.js';
export { scriptWrites } from './unit/index.js';
export type { ScriptWrite } from './unit/index.js';
export { settingsAgainst } from './unit/index.js';
export type { SettingAgainst } from './unit/index.js';
export { planUnitRewrite } from './unit/index.js';
export type { UnitChange, UnitLeftover, UnitRewrite, UnitRewriteError, UnitRewriteRequest } from './unit/index.js';
export type { PathMove } from './unit/index.js';

export { resolveDispatch } from './dispatch/index.js';
export type { DispatchFacts, DispatchPlan, DispatchRefused, DispatchStrategy, Reach } from './dispatch/index.js';
export { resolveDispatchBinary } from './dispatch/index.js';
export type { DispatchBinaryRequest } from './dispatch/index.js';
export { unreadablePackageFiles } from './dispatch/index.js';
export type { PackageReach } from './dispatch/index.js';
export { sudoHopPaths } from './dispatch/index.js';
export type { ManagedFile, SudoHop, SudoHopError, SudoHopPaths } from './dispatch/index.js';
export { renderSudoHop } from './dispatch/index.js';
export type { SudoHopRequest } from './dispatch/index.js';
export { compareSudoHop, inspectSudoHop } from './dispatch/index.js';
export type { FoundFile, SudoHopFinding, SudoHopReport } from './dispatch/index.js';
export { validateSudoers, validateSudoersWhole } from './dispatch/index.js';
export type { SudoersError } from './dispatch/index.js';
export { explainSudoRule } from './dispatch/index.js';
export type { SudoRule } from './dispatch/index.js';
export { readSudoHop } from './dispatch/index.js';
export type { InstalledHop } from './dispatch/index.js';
export { substituteTokens } from './dispatch/index.js';
export type { DispatchTokens } from './dispatch/index.js';
export { explainDispatchExit } from './dispatch/index.js';
export type { DispatchEnd, DispatchFault, DispatchLink, DispatchVerdict } from './dispatch/index.js';
export { findMarker } from './dispatch/index.js';
export { probeDispatch } from './dispatch/index.js';
export type {
  DispatchNoEnd,
  DispatchProbe,
  DispatchProbeError,
  DispatchProbeRequest,
  DispatchRunError,
  DispatchRunner,
  ProbeMessage,
  ProbedLink,
} from './dispatch/index.js';

export { migrationRemedy } from './identity/index.js';

export { renderUnit } from './unit/index.js';
export type { RenderUnitError, RenderUnitRequest } from './unit/index.js';
export { renderUpgradeUnit } from './unit/index.js';
export type { UpgradeUnit, UpgradeUnitError } from './unit/index.js';
export { decideServiceIdentity } from './identity/index.js';
export { detectServiceIdentity } from './identity/index.js';
export type { DetectIdentityRequest } from './identity/index.js';
export { identityAssignments } from './identity/index.js';
export { DEFAULT_SERVICE_ACCOUNT, SHARED_UMASK } from './identity/index.js';
export type {
  DetectIdentityError,
  IdentityAccount,
  InstalledIdentity,
  ServiceIdentity,
  ServiceIdentityFacts,
  ServiceIdentityRefused,
} from './identity/index.js';
export type { InstalledUnitsError } from './instance/index.js';

export { RUNTIME_STATE, statePaths, TOOLCHAIN_STATE } from './state/index.js';
export type { Posture } from './state/index.js';
export { credentialName } from './state/index.js';
export { checkExtraPath } from './state/index.js';
export type { ExtraPathRefused } from './state/index.js';
export { stateInventory } from './state/index.js';
export type { StateInventoryError, StateInventoryRequest } from './state/index.js';
export type { StateConflict, StateInventory, StateKind, StateLeft, StateMove } from './state/index.js';
export { oldHomeMentions } from './state-paths/index.js';
export type { OldHomeMention, OldHomeMentions } from './state-paths/index.js';
export { findDatabases } from './database/index.js';
export type { FoundDatabases } from './database/index.js';
export { findStatePaths } from './state-paths/index.js';
export type { StatePathsRequest } from './state-paths/index.js';
export type { DatabasePath, LinkPath, StatePath, StatePathPlan, TextPath } from './state-paths/index.js';
export { clearStatePathLeftovers } from './state-paths/index.js';
export { unrewrittenPaths } from './state-paths/index.js';
export type { DatabaseError } from './database/index.js';
export { rewriteStatePaths, undoStatePaths } from './state-paths/index.js';
export type { RewriteStateError, StatePathChanged } from './state-paths/index.js';
export { checkDatabase } from './database/index.js';
export type { DatabaseCheck } from './database/index.js';
export { ABILITY_PATHS, lostAbilities } from './abilities/index.js';
export type { AbilityFacts, LostAbility } from './abilities/index.js';
export { readAbilityFacts } from './abilities/index.js';
export type { AbilityRequest } from './abilities/index.js';
