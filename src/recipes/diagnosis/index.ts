export { diagnoseHost } from './diagnoseHost.js';
export type { DiagnoseHostError, DiagnoseHostRequest } from './diagnoseHost.js';
export type { DiagnosedSubject, HostDiagnosis } from './hostDiagnosis.js';
