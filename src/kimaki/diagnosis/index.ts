export { diagnoseInstance } from './diagnoseInstance.js';
export { examineInstance } from './examineInstance.js';
export type { InstanceExamination } from './examineInstance.js';
export type { DiagnosisError, DiagnosisRequest, FindingId, InstanceFinding, NotChecked } from './finding.js';
