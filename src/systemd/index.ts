/**
 * Unit files as lossless documents, units as systemd sees them, and the service manager.
 *
 * @packageDocumentation
 */

// A unit file as a document, and its edits.
export { parseUnit, printUnit } from './document/index.js';
export type { Assignment, Edit, UnitDocument, UnitEditError } from './document/index.js';
export {
  addDirective,
  applyEdits,
  invertEdits,
  removeDirective,
  removeEnvironment,
  setDirective,
  setEnvironment,
} from './edits/index.js';

// The values of its keys.
export { expandSpecifiers, parseEnvironment, parseExec, quoteWord, unitSpecifiers } from './values/index.js';
export type { ExecCommand, Specifiers } from './values/index.js';

// A unit as systemd sees it: all its files together.
export {
  effectiveCommands,
  effectiveEnvironment,
  effectiveUnit,
  effectiveValue,
  effectiveValues,
  findUnitFiles,
  loadUnit,
} from './load/index.js';
export type { EffectiveUnit, EffectiveValue, FindUnitFilesError, LoadedUnit, UnitFiles } from './load/index.js';
export type { UnitSource } from './document/index.js';

// Secrets and differences.
export { redactSecrets } from '../posix/secrets/index.js';
export { diffUnit, redactUnitText } from './secrets/index.js';

// An edit of a unit of this host.
export { checkUnit, editUnit, verifyUnit } from './host-edit/index.js';
export type { CheckUnitError, EditUnitError, VerifyUnitError } from './host-edit/index.js';
export type { UnitChange, UnitKey } from './edits/index.js';

// The service manager.
export {
  daemonReload,
  disableUnit,
  enableUnit,
  isActive,
  isEnabled,
  listUnits,
  readJournal,
  reloadUnit,
  restartUnit,
  showUnit,
  startUnit,
  stopUnit,
} from './manager/index.js';
export type {
  EnablementError,
  ManagerOptions,
  ReloadUnitError,
  RunState,
  SystemdError,
  UnitJobError,
  UnitState,
} from './manager/index.js';

// Waiting for a service, and keeping it from starting.
export { awaitHealthy, awaitIdle, awaitState } from './watch/index.js';
export type { AwaitIdleError, AwaitStateError, UnhealthyError } from './watch/index.js';
export { maskUnits, unmaskUnits } from './mask/index.js';
export type { MaskError } from './mask/index.js';

export type * as errors from './errors.js';
