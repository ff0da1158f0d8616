export type {
  AccessBlock,
  AccessComponent,
  AccessError,
  AccessExplanation,
  AccessNeed,
  AccessRemedy,
  AccessRule,
  AccessWant,
  NotADirectory,
} from './access.js';
export { explainAccess } from './explainAccess.js';
export { explainExecution } from './explainExecution.js';
export type { ExecutionExplanation, ExecutionOptions, ExecutionComponent } from './explainExecution.js';
export type { Inode } from './judgePermission.js';
export { probeAccess } from './probeAccess.js';
export { probeExecution } from './probeExecution.js';
export type { ExecutionProbe, ProbeOptions } from './probeExecution.js';
export { readAcls } from './readAcls.js';
export { readAttributes } from './readAttributes.js';
export { resolveExecutable } from './resolveExecutable.js';
export type { ExecutableCandidate, ExecutableNameError, ExecutableResolution } from './resolveExecutable.js';
export { readableBy } from './judgePermission.js';
