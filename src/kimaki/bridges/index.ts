export { KIMAKI, channelLabel, unitPatterns } from './bridge.js';
export { instanceName } from './instanceName.js';
