export { diagnoseSite } from './diagnoseSite.js';
export type { DiagnosedFault, SiteDiagnosis } from './diagnoseSite.js';
export { judgeWritability } from './judgeWritability.js';
export type { SiteFault, SiteFaultId } from './judgeWritability.js';
export { probePluginUpdate } from './probePluginUpdate.js';
export type { UpdateProbe, WrittenEntry } from './probePluginUpdate.js';
export { probeSiteDirectories } from './probeSiteDirectories.js';
export type { SiteDirectoriesProbe } from './probeSiteDirectories.js';
export { probeSiteWritability } from './probeSiteWritability.js';
export type {
  UnwritableComponent,
  UnwritablePath,
  WritabilityOptions,
  WritabilityReport,
  WritableDirectory,
} from './probeSiteWritability.js';
export { probeUploads } from './probeUploads.js';
export type { UploadsProbe } from './probeUploads.js';
export type { ProbeBadAnswer, ProbeNoAnswer, SiteProbeError, SiteProbeOptions } from './runSitePhp.js';
