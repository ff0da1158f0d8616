export { checkUnit } from './checkUnit.js';
export type { CheckUnitError, UnitCheck } from './checkUnit.js';
export { checkUnitTrust } from './checkUnitTrust.js';
export { editUnit } from './editUnit.js';
export type { EditUnitError } from './editUnit.js';
export { planUnitEdit } from './planUnitEdit.js';
export { requireValidUnit } from './requireValidUnit.js';
export { verifyUnit } from './verifyUnit.js';
export type { VerifyUnitError } from './verifyUnit.js';
export type { PlanEditError } from './planUnitEdit.js';
export type { UnitNotValid } from './requireValidUnit.js';
export type { EditDoesNotWin } from './confirmEdit.js';
export type { InvalidDropInName } from './verifyUnit.js';
export type { UnitCheckProblem } from './checkUnit.js';
export type { ChooseEditError } from './editChoice.js';
export type { CannotOverride } from './overrideDirective.js';
export type {
  UnitNotToEdit,
  UnitNotLasting,
  UnitFilesUncertain,
  DropInDirectoryIsLink,
  EditCannotWin,
  AssignedElsewhere,
} from './editChoice.js';
