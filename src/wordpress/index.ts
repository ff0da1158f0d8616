/**
 * A site, its mu-plugins, its php-fpm, its WP-CLI.
 *
 * @packageDocumentation
 */
export type { PhpNotALiteral, PhpUnencodable, PhpValue } from './php/index.js';
export type { PhpUnreadable } from './php/index.js';
export { encodePhpValue } from './php/index.js';
export { decodePhpValue } from './php/index.js';
export { parseLabel } from './blocks/index.js';
export type { Block, BlockError, BlockKind, BlockLabel, BodyProblem, FenceProblem } from './blocks/index.js';
export { listBlocks } from './blocks/index.js';
export { getBlock } from './blocks/index.js';
export { MAX_BODY_BYTES, putBlock } from './blocks/index.js';
export { removeBlock } from './blocks/index.js';
export { CHANNELS_FILE, emptyChannelsFile } from './blocks/index.js';
export { RUNTIMES_FILE, emptyRuntimesFile } from './blocks/index.js';
export type { ChannelError, CliChannel, NamedCliChannel } from './blocks/index.js';
export { readCliChannel } from './blocks/index.js';
export { renderCliChannel } from './blocks/index.js';
export { setChannelCommand } from './blocks/index.js';
export type { SetChannelCommandOptions } from './blocks/index.js';
export { readRuntimeSignature, renderRuntimeSignature } from './blocks/index.js';
export type { RuntimeSignature } from './blocks/index.js';
export { lintPhp } from './php/index.js';
export type { PhpLintError } from './php/index.js';
export { putBlockInFile } from './blocks/index.js';
export type { PutBlockInFileOptions } from './blocks/index.js';
export type { BlockFileChange, BlockFileError } from './blocks/index.js';
export type { HardLinked } from './blocks/index.js';
export { removeBlockInFile } from './blocks/index.js';
export { findFpmPools } from './fpm/index.js';
export type { FpmError, FpmOptions, FpmPool } from './fpm/index.js';
export { fpmUmaskDropIn } from './fpm/index.js';
export type { DropIn, InvalidUnitName } from './fpm/index.js';
export { fpmWorkers } from './fpm/index.js';
export type { FpmWorker, FpmWorkersError } from './fpm/index.js';
export { runInFpm } from './fpm/index.js';
export type { RunInFpmError, RunInFpmOptions } from './fpm/index.js';
export type { AskFpmError } from './fpm/index.js';
export type { FpmAnswer } from './fpm/index.js';
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
export { inspectManagedFiles } from './blocks/index.js';
export type { ManagedFileFault, ManagedFileFaultId, ManagedFiles, ManagedFilesError } from './blocks/index.js';
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
