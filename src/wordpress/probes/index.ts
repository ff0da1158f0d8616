export { diagnoseSite } from './diagnoseSite.js';
export type { DiagnosedFault, SiteDiagnosis } from './diagnoseSite.js';
export { probePluginUpdate } from './probePluginUpdate.js';
export { probeSiteDirectories } from './probeSiteDirectories.js';
export type { SiteDirectoriesProbe } from './probeSiteDirectories.js';
export { probeSiteWritability } from './probeSiteWritability.js';
export type { WritabilityReport } from './probeSiteWritability.js';
export { probeUploads } from './probeUploads.js';
export type { ProbeBadAnswer, ProbeNoAnswer, SiteProbeError } from './runSitePhp.js';
