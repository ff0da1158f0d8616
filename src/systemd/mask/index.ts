export { maskUnits, unmaskUnits } from './maskUnits.js';
export type { MaskError, MaskInTheWay, MaskNotEffective } from './maskUnits.js';
