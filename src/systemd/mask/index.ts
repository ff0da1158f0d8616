export { maskUnits, unmaskUnits } from './maskUnits.js';
export type { MaskError } from './maskUnits.js';
export type { MaskInTheWay } from './maskUnits.js';
export type { MaskNotEffective } from './maskUnits.js';
