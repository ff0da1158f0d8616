/**
 * The errors that functions of this part return, each by its name. A record of another part is in the `errors` of that part.
 *
 * @module
 */
export type {
  AssignmentNotInDocument,
  ExecArgumentNotFound,
  ExecUnreadable,
  InvalidUnitKey,
  InvalidUnitValue,
  UnitNotEditable,
  UnitProblem,
} from './document/index.js';
export type {
  EnablementDiffers,
  SystemctlFailed,
  SystemdNotRunning,
  UnitJobFailed,
  UnitMasked,
  UnitNotFound,
  UnitNotReloaded,
} from './manager/index.js';
export type { InvalidUnitName } from './names/index.js';
export type { NotIdle, StateTimeout, UnitUnhealthy } from './watch/index.js';
export type {
  AssignedElsewhere,
  CannotOverride,
  ChooseEditError,
  DropInDirectoryIsLink,
  EditCannotWin,
  EditDoesNotWin,
  InvalidDropInName,
  PlanEditError,
  UnitCheckProblem,
  UnitFilesUncertain,
  UnitNotLasting,
  UnitNotToEdit,
  UnitNotValid,
} from './host-edit/index.js';
export type { MaskInTheWay, MaskNotEffective } from './mask/index.js';
export type { UnitFilesProblem } from './load/index.js';
export type { SpecifierFault } from './values/index.js';
