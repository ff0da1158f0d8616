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
export type { DispatchEnd, DispatchFault, DispatchLink } from './explainDispatchExit.js';
export { explainSudoRule } from './explainSudoRule.js';
export { inspectSudoHop } from './inspectSudoHop.js';
export type { SudoHopFinding, SudoHopReport } from './inspectSudoHop.js';
export { probeDispatch } from './probeDispatch.js';
export { readSudoHop } from './readSudoHop.js';
export { renderSudoHop } from './renderSudoHop.js';
export type { SudoHopRequest } from './renderSudoHop.js';
export { resolveDispatch } from './resolveDispatch.js';
export type { Reach } from './resolveDispatch.js';
export { resolveDispatchBinary } from './resolveDispatchBinary.js';
export type { DispatchBinaryRequest } from './resolveDispatchBinary.js';
export { sudoHopPaths } from './sudoHop.js';
export type { ManagedFile, SudoHop, SudoHopError } from './sudoHop.js';
export { unreadablePackageFiles } from './unreadablePackageFiles.js';
export { validateSudoers, validateSudoersWhole } from './validateSudoers.js';
