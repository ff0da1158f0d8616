export { isSecretName } from './isSecretName.js';
export { maskText } from './maskText.js';
export type { Mask } from './masks.js';
export { redactSecrets } from './redactSecrets.js';
export { createRedactor } from './redactor.js';
export type { Redactor } from './redactor.js';
export { toldDiff, toldLines, toldText } from './toldText.js';
