export { diagnoseInstance } from './diagnoseInstance.js';
export type { DiagnosisError, DiagnosisRequest, InstanceDiagnosis } from './instanceFinding.js';
