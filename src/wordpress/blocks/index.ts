export { parseLabel } from './block.js';
export type {
  Block,
  BlockError,
  BlockNotFound,
  BodyRefused,
  FenceDamaged,
  InvalidLabel,
  RegionMissing,
} from './block.js';
export type { ChannelError, NotAChannel } from './entries/managedAssignment.js';
export { CHANNELS_FILE, isManagedName } from './emptyManagedFile.js';
export { inspectManagedFiles } from './inspectManagedFiles.js';
export { isPluginFile } from './isPluginFile.js';
export { getBlock, listBlocks } from './listBlocks.js';
export { getBlockInFile, listBlocksInFile } from './listBlocksInFile.js';
export { managedMode } from './managedMode.js';
export { MAX_BODY_BYTES, putBlock, removeBlock } from './putBlock.js';
export { putBlockInFile, removeBlockInFile } from './putBlockInFile.js';
export { readCliChannel } from './entries/readCliChannel.js';
export type { CliChannel } from './entries/readCliChannel.js';
export { renderCliChannel } from './entries/renderCliChannel.js';
export { readRuntimeSignature, renderRuntimeSignature } from './entries/runtimeSignature.js';
export type { RuntimeSignature } from './entries/runtimeSignature.js';
export { setChannelCommand } from './entries/setChannelCommand.js';
export type { BlockFileChange, BlockFileError, HardLinked } from './writeManagedFile.js';
