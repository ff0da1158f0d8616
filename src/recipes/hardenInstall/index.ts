export { HARDEN_RECIPE, hardenInstall, planHardenInstall } from './hardenInstall.js';
export type { HardenError, HardenRequest } from './hardenInstall.js';
export type { HardenRefusal } from './observeInstall.js';
export type { HardenOptions } from './options.js';
