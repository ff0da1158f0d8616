export type {
  DispatchNoEnd,
  DispatchProbe,
  DispatchProbeError,
  DispatchRunError,
  DispatchRunner,
} from './dispatchProbe.js';
export type { DispatchEnd } from './explainDispatchExit.js';
export { explainSudoRule } from './explainSudoRule.js';
export type { SudoRule } from './explainSudoRule.js';
export { inspectSudoHop } from './inspectSudoHop.js';
export { probeDispatch } from './probeDispatch.js';
export { readSudoHop } from './readSudoHop.js';
export type { InstalledHop } from './readSudoHop.js';
export { renderSudoHop } from './renderSudoHop.js';
export { resolveDispatch } from './resolveDispatch.js';
export type { Reach } from './resolveDispatch.js';
export { resolveDispatchBinary } from './resolveDispatchBinary.js';
export { compareRestartRule, renderRestartRule, restartCommand, restartRulePath } from './restartRule.js';
export { isHopCommand, sudoHopPaths } from './sudoHop.js';
export type { ManagedFile, SudoHop, SudoHopError } from './sudoHop.js';
export { unreadablePackageFiles } from './unreadablePackageFiles.js';
export { validateSudoers, validateSudoersWhole } from './validateSudoers.js';
