export { checkUnit } from './checkUnit.js';
export type { CheckUnitError, UnitCheck } from './checkUnit.js';
export { checkUnitTrust } from './checkUnitTrust.js';
export { editUnit } from './editUnit.js';
export type { EditUnitError, UnitEditReport } from './editUnit.js';
export { planUnitEdit } from './planUnitEdit.js';
export { requireValidUnit } from './requireValidUnit.js';
export { verifyUnit } from './verifyUnit.js';
export type { UnitVerdict, VerifyUnitError, VerifyUnitOptions } from './verifyUnit.js';
