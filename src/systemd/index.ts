/**
 * Unit files as lossless documents, units as systemd sees them, and the service manager.
 *
 * @packageDocumentation
 */
export { parseUnit } from './parseUnit.js';
export { printUnit } from './printUnit.js';
export type { Assignment, SectionHeader, UnitDocument, UnitProblem, UnitProblemCode } from './unitDocument.js';
export { unitValues } from './unitValues.js';
export { isListKey } from './isListKey.js';
export { lastValue } from './lastValue.js';
export { setDirective } from './setDirective.js';
export { addDirective } from './addDirective.js';
export { removeDirective } from './removeDirective.js';
export { replaceAssignment } from './replaceAssignment.js';
export { setEnvironment } from './setEnvironment.js';
export { removeEnvironment } from './removeEnvironment.js';
export { setExecArgument } from './setExecArgument.js';
export type { ExecPlace } from './setExecArgument.js';
export { addSection } from './addSection.js';
export { quoteWord } from './quoteWord.js';
export { escapeExpansion } from './escapeExpansion.js';
export type { Edit, UnitEditError } from './unitEdit.js';
export { applyEdits } from './applyEdits.js';
export { invertEdits } from './invertEdits.js';
export { parseEnvironment } from './parseEnvironment.js';
export type { EnvironmentVariable } from './parseEnvironment.js';
export { parseExec } from './parseExec.js';
export type { ExecArgument, ExecCommand } from './parseExec.js';
export { effectiveUnit } from './effectiveUnit.js';
export type { EffectiveSetting, EffectiveUnit, EffectiveValue, UnitFault } from './effectiveUnit.js';
export { expandSpecifiers } from './expandSpecifiers.js';
export type { SpecifierFault, Specifiers } from './expandSpecifiers.js';
export { unitSpecifiers } from './unitSpecifiers.js';
export type { HostSpecifiers } from './unitSpecifiers.js';
export { loadUnit } from './loadUnit.js';
export type { LoadedUnit } from './loadUnit.js';
export { replacePathPrefix } from './replacePathPrefix.js';
export { diffUnit } from './diffUnit.js';
export { redactUnitText } from './redactUnitText.js';
export { redactSecrets } from './redactSecrets.js';
export { isSecretName } from './isSecretName.js';
export { checkUnitName } from './checkUnitName.js';
export type { InvalidUnitName } from './checkUnitName.js';
export type { HoldInTheWay } from './holdLink.js';
export type { SystemdError } from './systemdError.js';
export { systemManagerRunning } from './systemManagerRunning.js';
export type { SystemManager } from './systemManagerRunning.js';
export { showUnit } from './showUnit.js';
export type { UnitState } from './unitState.js';
export { listUnits } from './listUnits.js';
export { insideUnit } from './insideUnit.js';
export { daemonReload } from './daemonReload.js';
export { startUnit } from './startUnit.js';
export { stopUnit } from './stopUnit.js';
export { restartUnit } from './restartUnit.js';
export { unitLoadPath } from './unitLoadPath.js';
export type { LoadDirectory, LoadDirectoryKind, UnitLoadPathOptions } from './unitLoadPath.js';
export { findUnitFiles } from './findUnitFiles.js';
export type { FindUnitFilesOptions } from './findUnitFiles.js';
export type {
  DropInDirectory,
  FindUnitFilesError,
  ShadowedFile,
  UnitFileKind,
  UnitFiles,
  UnitFilesProblem,
} from './unitFiles.js';
export { chooseEditFile } from './chooseEditFile.js';
export { chooseRemovalFile } from './chooseRemovalFile.js';
export type { ChooseEditError, EditChoice } from './editChoice.js';
export { changeDocument } from './changeDocument.js';
export type { UnitChange } from './changeDocument.js';
export { planUnitEdit } from './planUnitEdit.js';
export type { PlanEditError, UnitEditPlan } from './planUnitEdit.js';
export { editUnit } from './editUnit.js';
export type { EditUnitError, UnitEditReport } from './editUnit.js';
export { requireValidUnit } from './requireValidUnit.js';
export type { UnitNotValid } from './requireValidUnit.js';
export type { UnitKey } from './unitKey.js';
export { overrideDirective } from './overrideDirective.js';
export type { CannotOverride } from './overrideDirective.js';
export { confirmEdit } from './confirmEdit.js';
export type { EditDoesNotWin, WantedValue } from './confirmEdit.js';
export { checkUnitTrust } from './checkUnitTrust.js';
export type { UnitSource } from './unitSource.js';
export type { JobOptions, UnitJobError } from './runJob.js';
export { reloadUnit } from './reloadUnit.js';
export type { ReloadUnitError } from './reloadUnit.js';
export { enableUnit } from './enableUnit.js';
export { disableUnit } from './disableUnit.js';
export type { EnablementError } from './changeEnablement.js';
export { isActive } from './isActive.js';
export type { UnitActivity } from './isActive.js';
export type { ActiveState } from './activeState.js';
export { isEnabled } from './isEnabled.js';
export type { EnablementState, UnitEnablement } from './isEnabled.js';
export { awaitState } from './awaitState.js';
export type { AwaitStateError, WantedState } from './awaitState.js';
export { checkUnit } from './checkUnit.js';
export type { CheckUnitError, UnitCheck, UnitCheckProblem } from './checkUnit.js';
export { verifyUnit } from './verifyUnit.js';
export type { UnitVerdict, VerifyUnitError, VerifyUnitOptions } from './verifyUnit.js';
export { holdUnits } from './holdUnits.js';
export type { HoldError } from './holdUnits.js';
export { releaseUnits } from './releaseUnits.js';
export { awaitHealthy } from './awaitHealthy.js';
export type { HealthReport, HealthRequest, UnhealthyError } from './health.js';
export type { WantedIdentity } from './identityMismatch.js';
export type { RunState } from './runState.js';
export type { FailedCommand } from './failedCommand.js';
export { defaultHoldSeconds } from './defaultHoldSeconds.js';
export { explainExitStatus } from './explainExitStatus.js';
export { journalTail } from './journalTail.js';
export { awaitIdle } from './awaitIdle.js';
export type { NotIdle } from './awaitIdle.js';
