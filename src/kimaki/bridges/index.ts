export { KIMAKI, channelLabel, unitPatterns } from './bridge.js';
export type { Bridge } from './bridge.js';
export { instanceName } from './instanceName.js';
