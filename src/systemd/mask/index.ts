export type { HoldInTheWay } from './holdLink.js';
export { holdUnits } from './holdUnits.js';
export type { HoldError } from './holdUnits.js';
export { releaseUnits } from './releaseUnits.js';
