export {
  BRIDGES,
  KIMAKI,
  bridgeNamed,
  channelLabel,
  installRemedy,
  lockPortAfter,
  lockPortOf,
  programPath,
  unitPatterns,
} from './bridge.js';
export type { Bridge, BridgeName } from './bridge.js';
export { bridgeOfProgram, bridgeOfUnit, instanceName } from './instanceName.js';
