/**
 * Installs of the kimaki bridge: instances, their units, state and dispatch.
 *
 * @packageDocumentation
 */
export { DEFAULT_LOCK_PORT, describeInstance } from './describeInstance.js';
export type { InstanceDescription, InstanceFacts } from './describeInstance.js';
export { findInstances } from './findInstances.js';
export type { FindInstancesError, InstanceUsers, KimakiInstance, RunningUser } from './findInstances.js';
export { instanceName } from './instanceName.js';
export { loadedFromDisk } from './loadedFromDisk.js';
export { readUnitFiles } from './readUnitFiles.js';
export type { ReadUnitFilesError, UnitFiles } from './readUnitFiles.js';
export type { UnitFile } from './unitFile.js';
export { findCompanions } from './findCompanions.js';
export { findSiteServices } from './findSiteServices.js';
export type { SiteService } from './findSiteServices.js';
export { isCompanion } from './isCompanion.js';
export type { CompanionFacts, CompanionOf } from './isCompanion.js';
export { parseCronJobs, rootCronJobs } from './rootCronJobs.js';
export type { CronJob } from './rootCronJobs.js';

export { diagnoseInstance } from './diagnosis/diagnoseInstance.js';
export type { DiagnosisError, DiagnosisRequest, FindingId, InstanceFinding, NotChecked } from './diagnosis/finding.js';
export { examineInstance } from './diagnosis/examineInstance.js';
export type { InstanceExamination } from './diagnosis/examineInstance.js';

export { privilegedLines } from './privilegedLines.js';
export type { PrivilegedLine } from './privilegedLines.js';
export { untrustedPrograms } from './untrustedPrograms.js';
export type { UntrustedProgram } from './untrustedPrograms.js';
export { programsFailingAsAgent } from './programsFailingAsAgent.js';
export type { FailingProgram, FailingProgramError } from './programsFailingAsAgent.js';
export { scriptWrites } from './scriptWrites.js';
export type { ScriptWrite } from './scriptWrites.js';
export { settingsAgainst } from './settingsAgainst.js';
export type { SettingAgainst } from './settingsAgainst.js';
export { planUnitRewrite } from './planUnitRewrite.js';
export type { UnitChange, UnitLeftover, UnitRewrite, UnitRewriteError, UnitRewriteRequest } from './unitRewrite.js';
export type { PathMove } from './textRewrite.js';

export { resolveDispatch } from './resolveDispatch.js';
export type { DispatchFacts, DispatchPlan, DispatchRefused, DispatchStrategy, Reach } from './resolveDispatch.js';
export { resolveDispatchBinary } from './resolveDispatchBinary.js';
export type { DispatchBinaryRequest } from './resolveDispatchBinary.js';
export { unreadablePackageFiles } from './unreadablePackageFiles.js';
export type { PackageReach } from './unreadablePackageFiles.js';
export { sudoHopPaths } from './sudoHop.js';
export type { ManagedFile, SudoHop, SudoHopError, SudoHopPaths } from './sudoHop.js';
export { renderSudoHop } from './renderSudoHop.js';
export type { SudoHopRequest } from './renderSudoHop.js';
export { compareSudoHop, inspectSudoHop } from './inspectSudoHop.js';
export type { FoundFile, SudoHopFinding, SudoHopReport } from './inspectSudoHop.js';
export { validateSudoers, validateSudoersWhole } from './validateSudoers.js';
export type { SudoersError } from './validateSudoers.js';
export { explainSudoRule } from './explainSudoRule.js';
export type { SudoRule } from './explainSudoRule.js';
export { readSudoHop } from './readSudoHop.js';
export type { InstalledHop } from './readSudoHop.js';
export { substituteTokens } from './substituteTokens.js';
export type { DispatchTokens } from './substituteTokens.js';
export { explainDispatchExit } from './explainDispatchExit.js';
export type { DispatchEnd, DispatchFault, DispatchLink, DispatchVerdict } from './explainDispatchExit.js';
export { findMarker } from './findMarker.js';
export { probeDispatch } from './probeDispatch.js';
export type {
  DispatchNoEnd,
  DispatchProbe,
  DispatchProbeError,
  DispatchProbeRequest,
  DispatchRunError,
  DispatchRunner,
  ProbeMessage,
  ProbedLink,
} from './dispatchProbe.js';

export { migrateCommand } from './migrateCommand.js';

export { renderUnit } from './renderUnit.js';
export type { RenderUnitError, RenderUnitRequest } from './renderUnit.js';
export { renderUpgradeUnit } from './renderUpgradeUnit.js';
export type { UpgradeUnit, UpgradeUnitError } from './renderUpgradeUnit.js';
export { decideServiceIdentity } from './decideServiceIdentity.js';
export { detectServiceIdentity } from './detectServiceIdentity.js';
export type { DetectIdentityRequest } from './detectServiceIdentity.js';
export { identityAssignments } from './identityAssignments.js';
export { DEFAULT_SERVICE_ACCOUNT, SHARED_UMASK } from './serviceIdentity.js';
export type {
  DetectIdentityError,
  IdentityAccount,
  InstalledIdentity,
  ServiceIdentity,
  ServiceIdentityFacts,
  ServiceIdentityRefused,
} from './serviceIdentity.js';
export type { InstalledUnitsError } from './installedUnits.js';

export { RUNTIME_STATE, statePaths, TOOLCHAIN_STATE } from './statePaths.js';
export type { Posture } from './statePaths.js';
export { credentialName } from './credentialName.js';
export { checkExtraPath } from './checkExtraPath.js';
export type { ExtraPathRefused } from './checkExtraPath.js';
export { stateInventory } from './stateInventory.js';
export type { StateInventoryError, StateInventoryRequest } from './stateInventory.js';
export type { StateConflict, StateInventory, StateKind, StateLeft, StateMove } from './decideState.js';
export { oldHomeMentions } from './oldHomeMentions.js';
export type { OldHomeMention, OldHomeMentions } from './oldHomeMentions.js';
export { findDatabases } from './findDatabases.js';
export { movesByRename } from './movesByRename.js';
export type { MoveWay } from './movesByRename.js';
export type { FoundDatabases } from './findDatabases.js';
export { estimateMove } from './estimateMove.js';
export type { EstimateMoveError, MoveEstimate } from './estimateMove.js';
export { findStatePaths } from './findStatePaths.js';
export type { StatePathsRequest } from './findStatePaths.js';
export type { DatabasePath, LinkPath, StatePath, StatePathPlan, TextPath } from './statePathPlan.js';
export { clearStatePathLeftovers } from './clearStatePathLeftovers.js';
export { unrewrittenPaths } from './unrewrittenPaths.js';
export type { DatabaseError } from './databaseError.js';
export { rewriteStatePaths, undoStatePaths } from './rewriteStatePaths.js';
export type { RewriteStateError, StatePathChanged } from './rewriteStatePaths.js';
export { checkDatabase } from './checkDatabase.js';
export type { DatabaseCheck } from './checkDatabase.js';
export { ABILITY_PATHS, lostAbilities } from './lostAbilities.js';
export type { AbilityFacts, LostAbility } from './lostAbilities.js';
export { readAbilityFacts } from './readAbilityFacts.js';
export type { AbilityRequest } from './readAbilityFacts.js';
