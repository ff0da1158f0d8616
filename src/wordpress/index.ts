/**
 * Find a WordPress site, edit its managed mu-plugins, read its php-fpm pools, run its WP-CLI, and check what WordPress
 * can write.
 *
 * @packageDocumentation
 */
export { decodePhpValue, encodePhpValue, lintPhp } from './php/index.js';
export type { PhpLintError, PhpValue } from './php/index.js';
export { findFpmPools, fpmWorkers } from './fpm/index.js';
export type { FpmError, FpmPool, FpmWorker } from './fpm/index.js';
export { findSite, findSiteOfUnit } from './site/index.js';
export type { Site, SiteError } from './site/index.js';
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
export type { Block, BlockError, BlockFileError, ChannelError, CliChannel, RuntimeSignature } from './blocks/index.js';
export { listCronEvents, listPlugins, runDueCronEvents, wpCli } from './wpcli/index.js';
export type { CronEvent, InstalledPlugin, WpCliError, WpCliOptions } from './wpcli/index.js';
export {
  diagnoseSite,
  probePluginUpdate,
  probeSiteDirectories,
  probeSiteWritability,
  probeUploads,
} from './probes/index.js';
export type { SiteDiagnosis, SiteDirectoriesProbe, SiteProbeError, WritabilityReport } from './probes/index.js';

export type * as errors from './errors.js';
