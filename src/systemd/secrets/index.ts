export { diffUnit } from './diffUnit.js';
export { isSecretName } from './isSecretName.js';
export { maskText } from './maskText.js';
export { learnSecrets } from './maskUnit.js';
export { redactSecrets } from './redactSecrets.js';
export { redactUnitText } from './redactUnitText.js';
export { createRedactor } from './redactor.js';
