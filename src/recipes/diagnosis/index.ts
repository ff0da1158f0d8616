export { diagnoseHost } from './diagnoseHost.js';
export type { DiagnoseHostError, DiagnoseHostRequest } from './diagnoseHost.js';
export type { DiagnosedSubject, HostDiagnosis, HostFinding } from './hostDiagnosis.js';
