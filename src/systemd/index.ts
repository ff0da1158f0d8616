/**
 * Unit files as lossless documents, units as systemd sees them, and the service manager.
 *
 * @packageDocumentation
 */
export { parseUnit } from './parseUnit.js';
export { printUnit } from './printUnit.js';
export type { Assignment, SectionHeader, UnitDocument, UnitProblem, UnitProblemCode } from './unitDocument.js';
export { unitValues } from './unitValues.js';
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
export { replacePathPrefix } from './replacePathPrefix.js';
export { diffUnit } from './diffUnit.js';
export { redactUnitText } from './redactUnitText.js';
export { redactSecrets } from './redactSecrets.js';
export { isSecretName } from './isSecretName.js';
export { checkUnitName } from './checkUnitName.js';
export type { HoldInTheWay, InvalidUnitName, SystemdError } from './systemdError.js';
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
export { verifyUnit } from './verifyUnit.js';
export type { UnitVerdict, VerifyUnitError, VerifyUnitOptions } from './verifyUnit.js';
export { holdUnits } from './holdUnits.js';
export type { HoldError } from './holdUnits.js';
export { releaseUnits } from './releaseUnits.js';
export { awaitHealthy } from './awaitHealthy.js';
export type { HealthReport, HealthRequest, UnhealthyError } from './awaitHealthy.js';
export type { WantedIdentity } from './identityMismatch.js';
export type { RunState } from './runState.js';
export { explainExitStatus } from './explainExitStatus.js';
export { journalTail } from './journalTail.js';
export { awaitIdle } from './awaitIdle.js';
export type { NotIdle } from './awaitIdle.js';
