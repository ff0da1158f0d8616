export { HARDEN_RECIPE, hardenInstall, planHardenInstall } from './hardenInstall.js';
export type { HardenError } from './hardenInstall.js';
export type { HardenRefusal } from './observeInstall.js';
export type { HardenOptions } from './options.js';
