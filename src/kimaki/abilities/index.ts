export { findOwnProgram, isOwnProgram } from './ownProgram.js';
export type { OwnProgram } from './ownProgram.js';
export { lostAbilities } from './lostAbilities.js';
export type { LostAbility } from './lostAbilities.js';
export { findLeftovers, readAbilityFacts } from './readAbilityFacts.js';
export { rootCronJobs } from './rootCronJobs.js';
