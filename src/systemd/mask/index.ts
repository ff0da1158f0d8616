export { maskUnits, unmaskUnits } from './maskUnits.js';
export type { MaskError } from './maskUnits.js';
