export { diffUnit } from './diffUnit.js';
export { learnSecrets } from './maskUnit.js';
export { redactSetting } from './redactSetting.js';
export { redactUnitText } from './redactUnitText.js';
