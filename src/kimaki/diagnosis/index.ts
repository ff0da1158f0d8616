export { diagnoseInstance } from './diagnoseInstance.js';
export type {
  DiagnosisError,
  DiagnosisRequest,
  FindingId,
  InstanceDiagnosis,
  InstanceFinding,
  NotChecked,
} from './instanceFinding.js';
