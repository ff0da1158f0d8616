/**
 * Find a WordPress site, edit its managed mu-plugins, read its php-fpm pools, run its WP-CLI, and check what WordPress
 * can write.
 *
 * @packageDocumentation
 */
export { decodePhpValue, encodePhpValue, lintPhp } from './php/index.js';
export type {
  PhpLintError,
  PhpMissing,
  PhpNotALiteral,
  PhpSyntax,
  PhpUnencodable,
  PhpUnreadable,
  PhpValue,
} from './php/index.js';
export { findFpmPools, fpmUmaskDropIn, fpmWorkers } from './fpm/index.js';
export type { FpmDropIn, FpmError, FpmPool, FpmPoolInvalid, FpmWorker } from './fpm/index.js';
export { findSite, findSiteOfUnit } from './site/index.js';
export type { NotASite, RelativePath, Site, SiteError, SiteOptions, UnitNamesNoSite } from './site/index.js';
export {
  getBlock,
  getBlockInFile,
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
  NotAChannel,
  RegionMissing,
  RuntimeSignature,
} from './blocks/index.js';
export {
  composeAgentsFile,
  jobSucceeded,
  listCronEvents,
  listFlows,
  listJobs,
  listPlugins,
  runDueCronEvents,
  runFlow,
  waitForJob,
  wpCli,
} from './wpcli/index.js';
export type {
  CronEvent,
  Flow,
  InstalledPlugin,
  Job,
  JobTimeout,
  WaitForJobOptions,
  WpAsRoot,
  WpCliError,
  WpCliOptions,
  WpFailed,
  WpMissing,
  WpOutput,
} from './wpcli/index.js';
export {
  diagnoseSite,
  probePluginUpdate,
  probeSiteDirectories,
  probeSiteWritability,
  probeUploads,
} from './probes/index.js';
export type {
  DiagnosableSite,
  DiagnosedFault,
  ProbeBadAnswer,
  ProbeNoAnswer,
  SiteDiagnosis,
  SiteDirectoriesProbe,
  SiteFault,
  SiteProbeError,
  SiteProbeOptions,
  UpdateProbe,
  UploadsProbe,
  WritabilityOptions,
  WritabilityReport,
  WrittenEntry,
} from './probes/index.js';
