export { diffUnit } from './diffUnit.js';
export { learnSecrets } from './maskUnit.js';
export { redactUnitText } from './redactUnitText.js';
