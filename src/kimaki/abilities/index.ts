export { ABILITY_PATHS, lostAbilities } from './lostAbilities.js';
export type { AbilityFacts, LostAbility } from './lostAbilities.js';
export { findLeftovers, readAbilityFacts } from './readAbilityFacts.js';
export type { AbilityRequest } from './readAbilityFacts.js';
export { parseCronJobs, rootCronJobs } from './rootCronJobs.js';
export type { CronJob } from './rootCronJobs.js';
