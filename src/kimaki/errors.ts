/**
 * The errors that functions of this part return, each by its name. A record of another part is in the `errors` of that part.
 *
 * @module
 */
export type { InstalledUnitsError, ReadUnitFilesError } from './instance/index.js';
export type { ExtraPathRefused } from './state/index.js';
export type { StatePathChanged } from './state-paths/index.js';
export type { DatabaseError } from './database/index.js';
export type { DispatchRefused, DispatchRunError } from './dispatch/index.js';
export type { DiagnosisError } from './diagnosis/index.js';
