export { lostAbilities } from './lostAbilities.js';
export type { AbilityFacts, LostAbility } from './lostAbilities.js';
export { findLeftovers, readAbilityFacts } from './readAbilityFacts.js';
export type { AbilityRequest } from './readAbilityFacts.js';
export { rootCronJobs } from './rootCronJobs.js';
