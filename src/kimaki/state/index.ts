export type { ExtraPathRefused } from './checkExtraPath.js';
export { credentialName } from './credentialName.js';
export type { StateConflict, StateInventory, StateLeft } from './decideState.js';
export { stateInventory } from './stateInventory.js';
export type { StateInventoryError } from './stateInventory.js';
export { runtimeState } from './statePaths.js';
export { surveyState } from './surveyState.js';
export { entryType, walkState } from './walkState.js';
