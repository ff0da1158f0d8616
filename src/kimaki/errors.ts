/**
 * The errors that functions of this part return, each by its name. A record of another part is in the `errors` of that part.
 *
 * @module
 */
export type { ServiceIdentityRefused } from './identity/index.js';
export type { InstalledUnitsError, ReadUnitFilesError } from './instance/index.js';
export type { ExtraPathRefused } from './state/index.js';
export type { DatabaseError } from './database/index.js';
export type { DispatchRunError } from './dispatch/index.js';
export type { DiagnosisError } from './diagnosis/index.js';
