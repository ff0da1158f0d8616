export { guardEditable, guardName, guardValue, invalidValue } from './editGuards.js';
export { linesOfAssignment } from './linesOfAssignment.js';
export type { AssignmentLine } from './linesOfAssignment.js';
export { parseUnit } from './parseUnit.js';
export { printUnit } from './printUnit.js';
export type { Assignment, SectionHeader, UnitDocument, UnitProblem, UnitProblemCode } from './unitDocument.js';
export type {
  AssignmentNotInDocument,
  Edit,
  ExecArgumentNotFound,
  ExecUnreadable,
  InvalidUnitKey,
  InvalidUnitValue,
  UnitEditError,
  UnitNotEditable,
} from './unitEdit.js';
export type { UnitSource } from './unitSource.js';
export { unitValues } from './unitValues.js';
export { valuePlaces } from './valuePlaces.js';
