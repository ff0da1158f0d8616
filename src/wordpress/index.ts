/**
 * A site, its mu-plugins, its php-fpm, its WP-CLI.
 *
 * @packageDocumentation
 */
export type { PhpNotALiteral, PhpUnencodable, PhpValue } from './phpValue.js';
export type { PhpUnreadable } from './phpAst.js';
export { encodePhpValue } from './encodePhpValue.js';
export { decodePhpValue } from './decodePhpValue.js';
export type { Block, BlockError, BlockKind, FenceProblem } from './blocks.js';
export { listBlocks } from './listBlocks.js';
export { getBlock } from './getBlock.js';
export { putBlock } from './putBlock.js';
export { removeBlock } from './removeBlock.js';
export { CHANNELS_FILE, emptyChannelsFile } from './emptyChannelsFile.js';
export { RUNTIMES_FILE, emptyRuntimesFile } from './emptyRuntimesFile.js';
export type { ChannelError, CliChannel, NamedCliChannel } from './cliChannel.js';
export { readCliChannel } from './readCliChannel.js';
export { renderCliChannel } from './renderCliChannel.js';
export { setChannelCommand } from './setChannelCommand.js';
export type { SetChannelCommandOptions } from './setChannelCommand.js';
export { readRuntimeSignature, renderRuntimeSignature } from './runtimeSignature.js';
export type { RuntimeSignature } from './runtimeSignature.js';
export { lintPhp } from './lintPhp.js';
export type { PhpLintError } from './lintPhp.js';
export { putBlockInFile } from './putBlockInFile.js';
export type { BlockFileChange, BlockFileError, PutBlockInFileOptions } from './putBlockInFile.js';
export { removeBlockInFile } from './removeBlockInFile.js';
export { findFpmPools } from './findFpmPools.js';
export type { FpmError, FpmOptions, FpmPool } from './findFpmPools.js';
export { fpmUmaskDropIn } from './fpmUmaskDropIn.js';
export type { DropIn, InvalidUnitName } from './fpmUmaskDropIn.js';
export { fpmWorkers } from './fpmWorkers.js';
export type { FpmWorker, FpmWorkersError } from './fpmWorkers.js';
export { runInFpm } from './runInFpm.js';
export type { RunInFpmError, RunInFpmOptions } from './runInFpm.js';
export type { AskFpmError } from './askFpm.js';
export type { FpmAnswer } from './fpmProbe.js';
export { findSite } from './findSite.js';
export type { Site, SiteError, SiteOwner } from './site.js';
export { FS_CHMOD_DIR, FS_CHMOD_FILE, fsChmodMuPlugin } from './fsChmodMuPlugin.js';
export type { MuPlugin } from './fsChmodMuPlugin.js';
export { findContraryDefines } from './findContraryDefines.js';
export type { ContraryDefine } from './findContraryDefines.js';
export { probeSiteWritability } from './probeSiteWritability.js';
export type {
  UnwritablePath, WritabilityOptions, WritabilityReport, WritableDirectory,
} from './probeSiteWritability.js';
export { probePluginUpdate } from './probePluginUpdate.js';
export type { UpdateProbe, UpdateProbeOptions, WrittenEntry } from './probePluginUpdate.js';
export { probeUploads } from './probeUploads.js';
export type { UploadsProbe, UploadsProbeOptions } from './probeUploads.js';
export type { SiteProbeError } from './runSitePhp.js';
export { wpCli, wpCliAvailable } from './wpCli.js';
export type { WpCliError, WpCliOptions } from './wpCli.js';
export { listFlows } from './listFlows.js';
export type { Flow } from './listFlows.js';
export { runFlow } from './runFlow.js';
export { listJobs } from './listJobs.js';
export type { Job, ListJobsOptions } from './listJobs.js';
export { finalJobStatus, jobSucceeded } from './jobStatus.js';
export type { FinalJobStatus } from './jobStatus.js';
export { waitForJob } from './waitForJob.js';
export type { FinishedJob, WaitForJobError, WaitForJobRequest } from './waitForJob.js';
export { composeAgentsFile } from './composeAgentsFile.js';
