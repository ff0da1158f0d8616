/**
 * Unit files as lossless documents, units as systemd sees them, and the service manager.
 *
 * @packageDocumentation
 */
export { parseUnit } from './document/index.js';
export { printUnit } from './document/index.js';
export type { Assignment, SectionHeader, UnitDocument, UnitProblem, UnitProblemCode } from './document/index.js';
export { unitValues } from './document/index.js';
export { isListKey } from './load/index.js';
export { lastValue } from './document/index.js';
export { setDirective } from './edits/index.js';
export { addDirective } from './edits/index.js';
export { removeDirective } from './edits/index.js';
export { replaceAssignment } from './edits/index.js';
export { setEnvironment } from './edits/index.js';
export { removeEnvironment } from './edits/index.js';
export { setExecArgument } from './edits/index.js';
export type { ExecPlace } from './edits/index.js';
export { addSection } from './edits/index.js';
export { quoteWord } from './values/index.js';
export { escapeExpansion } from './values/index.js';
export type { Edit, UnitEditError } from './document/index.js';
export { applyEdits } from './edits/index.js';
export { invertEdits } from './edits/index.js';
export { parseEnvironment } from './values/index.js';
export type { EnvironmentVariable } from './values/index.js';
export { parseExec } from './values/index.js';
export type { ExecArgument, ExecCommand } from './values/index.js';
export { effectiveUnit } from './load/index.js';
export {
  effectiveBoolean,
  effectiveCommands,
  effectiveEnvironment,
  effectiveValue,
  effectiveValues,
} from './load/index.js';
export type { EffectiveCommand } from './load/index.js';
export type { EffectiveSetting, EffectiveUnit, EffectiveValue, UnitFault } from './load/index.js';
export { expandSpecifiers } from './values/index.js';
export type { SpecifierFault, Specifiers } from './values/index.js';
export { unitSpecifiers } from './values/index.js';
export type { HostSpecifiers } from './values/index.js';
export { loadUnit } from './load/index.js';
export type { LoadedUnit } from './load/index.js';
export { replacePathPrefix } from './values/index.js';
export { diffUnit } from './secrets/index.js';
export { redactUnitText } from './secrets/index.js';
export { redactSecrets } from './secrets/index.js';
export { isSecretName } from './secrets/index.js';
export { checkUnitName } from './names/index.js';
export type { InvalidUnitName } from './names/index.js';
export type { MaskInTheWay } from './mask/index.js';
export type { SystemdError } from './manager/index.js';
export { systemManagerRunning } from './manager/index.js';
export type { SystemManager } from './manager/index.js';
export { showUnit } from './manager/index.js';
export type { UnitState } from './manager/index.js';
export { listUnits } from './manager/index.js';
export { insideUnit } from './manager/index.js';
export { daemonReload } from './manager/index.js';
export { startUnit } from './manager/index.js';
export { stopUnit } from './manager/index.js';
export { restartUnit } from './manager/index.js';
export { unitLoadPath } from './load/index.js';
export type { LoadDirectory, LoadDirectoryKind, UnitLoadPathOptions } from './load/index.js';
export { findUnitFiles } from './load/index.js';
export type { FindUnitFilesOptions } from './load/index.js';
export type {
  DropInDirectory,
  FindUnitFilesError,
  ShadowedFile,
  UnitFileKind,
  UnitFiles,
  UnitFilesProblem,
} from './load/index.js';
export { chooseEditFile } from './host-edit/index.js';
export { chooseRemovalFile } from './host-edit/index.js';
export type { ChooseEditError, EditChoice } from './host-edit/index.js';
export { changeDocument } from './edits/index.js';
export type { UnitChange } from './edits/index.js';
export { planUnitEdit } from './host-edit/index.js';
export type { PlanEditError, UnitEditPlan } from './host-edit/index.js';
export { editUnit } from './host-edit/index.js';
export type { EditUnitError, UnitEditReport } from './host-edit/index.js';
export { requireValidUnit } from './host-edit/index.js';
export type { UnitNotValid } from './host-edit/index.js';
export type { UnitKey } from './edits/index.js';
export { overrideDirective } from './host-edit/index.js';
export type { CannotOverride } from './host-edit/index.js';
export { confirmEdit } from './host-edit/index.js';
export type { EditDoesNotWin, WantedValue } from './host-edit/index.js';
export { checkUnitTrust } from './host-edit/index.js';
export type { UnitSource } from './document/index.js';
export type { JobOptions, UnitJobError } from './manager/index.js';
export { reloadUnit } from './manager/index.js';
export type { ReloadUnitError } from './manager/index.js';
export { enableUnit } from './manager/index.js';
export { disableUnit } from './manager/index.js';
export type { EnablementError } from './manager/index.js';
export { isActive } from './manager/index.js';
export type { UnitActivity } from './manager/index.js';
export type { ActiveState } from './manager/index.js';
export { isEnabled } from './manager/index.js';
export type { EnablementState, UnitEnablement } from './manager/index.js';
export { awaitState } from './watch/index.js';
export type { AwaitStateError, WantedState } from './watch/index.js';
export { checkUnit } from './host-edit/index.js';
export type { CheckUnitError, UnitCheck, UnitCheckProblem } from './host-edit/index.js';
export { verifyUnit } from './host-edit/index.js';
export type { UnitVerdict, VerifyUnitError, VerifyUnitOptions } from './host-edit/index.js';
export { maskUnits } from './mask/index.js';
export type { MaskError } from './mask/index.js';
export { unmaskUnits } from './mask/index.js';
export { awaitHealthy } from './watch/index.js';
export type { HealthReport, HealthRequest, UnhealthyError } from './watch/index.js';
export type { WantedIdentity } from './watch/index.js';
export type { RunState } from './manager/index.js';
export type { FailedCommand } from './manager/index.js';
export { explainExitStatus } from './manager/index.js';
export { readJournal } from './manager/index.js';
export { awaitIdle } from './watch/index.js';
export type { NotIdle } from './watch/index.js';
