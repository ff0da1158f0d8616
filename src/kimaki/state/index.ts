export type { ExtraPathRefused } from './checkExtraPath.js';
export { credentialName } from './credentialName.js';
export type { StateConflict, StateInventory, StateLeft, InventoryMove } from './decideState.js';
export { stateInventory } from './stateInventory.js';
export type { StateInventoryError, StateInventoryRequest } from './stateInventory.js';
export { RUNTIME_STATE } from './statePaths.js';
export type { Posture } from './statePaths.js';
export { surveyState } from './surveyState.js';
export { entryType, walkState } from './walkState.js';
