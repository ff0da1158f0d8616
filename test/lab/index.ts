export { labAvailable } from './available.js';
export type { Availability } from './available.js';
export { BREAKAGES, breakHost } from './breakage.js';
export type { Breakage } from './breakage.js';
export {
  CANARY,
  CHANNEL,
  CHANNELS,
  DROP_IN_DIRECTORY,
  FLOW,
  LOCK_PORT,
  OLD_LOCK_PORT,
  NEW_DATA_DIR,
  OLD_DATA_DIR,
} from './constants.js';
export { PRIVATE_DUMP, ROOT_OWNED, SITE, UNIT_FILE } from './constants.js';
export { runWithFault, takeTrace } from './faults.js';
export type { Fault, TracedCall } from './faults.js';
export { listJobs, nextScheduledJob, runFlow } from './flows.js';
export type { Job } from './flows.js';
export { bootHost, Host } from './host.js';
export type { BootOptions, RunOptions, WaitOptions } from './host.js';
export { ensureImage } from './image.js';
export type { Image } from './image.js';
export { buildProject, INSTALL_DIR, installPackage } from './installPackage.js';
export type { Variant } from './provision.js';
export { compareSnapshots, treeSnapshot } from './treeSnapshot.js';
export type { TreeSnapshot } from './treeSnapshot.js';
