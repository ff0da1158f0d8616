export { diagnoseHost } from './diagnoseHost.js';
export type { DiagnoseHostError } from './diagnoseHost.js';
export type { DiagnosedSubject, HostDiagnosis } from './hostDiagnosis.js';
