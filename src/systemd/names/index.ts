export { checkRunnableName } from './checkRunnableName.js';
export { checkUnitName } from './checkUnitName.js';
export type { InvalidUnitName } from './checkUnitName.js';
export { instantiated, templateOf, unitNameForm, unitNameOf, unitNameParts } from './unitName.js';
export { UNIT_TYPES } from './unitTypes.js';
