/**
 * Find a WordPress site, edit its managed mu-plugins, read its php-fpm pools, run its WP-CLI, and check what WordPress
 * can write.
 *
 * @packageDocumentation
 */
export { decodePhpValue, encodePhpValue, lintPhp } from './php/index.js';
export type { PhpLintError, PhpNotALiteral, PhpUnencodable, PhpUnreadable, PhpValue } from './php/index.js';
export {
  getBlock,
  getBlockInFile,
  inspectManagedFiles,
  listBlocks,
  listBlocksInFile,
  putBlock,
  putBlockInFile,
  readCliChannel,
  readRuntimeSignature,
  removeBlock,
  removeBlockInFile,
  renderCliChannel,
  renderRuntimeSignature,
  setChannelCommand,
} from './blocks/index.js';
export type {
  Block,
  BlockError,
  BlockFileChange,
  BlockFileError,
  BlockNotFound,
  BodyRefused,
  ChannelError,
  CliChannel,
  FenceDamaged,
  HardLinked,
  InvalidLabel,
  ManagedFileFault,
  ManagedFileFaultId,
  ManagedFiles,
  NotAChannel,
  RegionMissing,
  RuntimeSignature,
} from './blocks/index.js';
export { findFpmPools, fpmUmaskDropIn, fpmWorkers } from './fpm/index.js';
export type { FpmDropIn, FpmError, FpmOptions, FpmPool, FpmPoolInvalid, FpmWorker } from './fpm/index.js';
export { findSite } from './site/index.js';
export { findSiteOfUnit } from './site/index.js';
export type { UnitNamesNoSite } from './site/index.js';
export type { Site, SiteError, SiteOptions, SiteOwner } from './site/index.js';
export { probeSiteDirectories } from './probes/index.js';
export type { SiteDirectoriesProbe } from './probes/index.js';
export { FS_CHMOD_DIR, FS_CHMOD_FILE, fsChmodMuPlugin } from './site/index.js';
export type { MuPlugin } from './site/index.js';
export { findContraryDefines } from './site/index.js';
export type { ContraryDefine } from './site/index.js';
export { probeSiteWritability } from './probes/index.js';
export type {
  UnwritableComponent,
  UnwritablePath,
  WritabilityOptions,
  WritabilityReport,
  WritableDirectory,
} from './probes/index.js';
export { judgeWritability } from './probes/index.js';
export type { SiteFault, SiteFaultId } from './probes/index.js';
export { diagnoseSite } from './probes/index.js';
export type { DiagnosedFault, SiteDiagnosis } from './probes/index.js';
export { probePluginUpdate } from './probes/index.js';
export type { UpdateProbe, UpdateProbeOptions, WrittenEntry } from './probes/index.js';
export { probeUploads } from './probes/index.js';
export type { UploadsProbe, UploadsProbeOptions } from './probes/index.js';
export type { SiteProbeError } from './probes/index.js';
export { wpCli, wpCliAvailable } from './wpcli/index.js';
export type { WpCliError, WpCliOptions } from './wpcli/index.js';
export { listFlows } from './wpcli/index.js';
export type { Flow } from './wpcli/index.js';
export { runFlow } from './wpcli/index.js';
export { listJobs } from './wpcli/index.js';
export type { Job, ListJobsOptions } from './wpcli/index.js';
export { finalJobStatus, jobSucceeded } from './wpcli/index.js';
export type { FinalJobStatus } from './wpcli/index.js';
export { waitForJob } from './wpcli/index.js';
export type { FinishedJob, WaitForJobError, WaitForJobRequest } from './wpcli/index.js';
export { listPlugins } from './wpcli/index.js';
export type { InstalledPlugin } from './wpcli/index.js';
export { listCronEvents } from './wpcli/index.js';
export type { CronEvent } from './wpcli/index.js';
export { runDueCronEvents } from './wpcli/index.js';
export { composeAgentsFile } from './wpcli/index.js';
