export type { AcceptanceCheck } from './check.js';
export { checkDatabases, databasesBelow } from './checkDatabases.js';
export { checkBinary, checkDispatch } from './checkDispatch.js';
export { checkFlows } from './checkFlows.js';
export { checkHealth } from './checkHealth.js';
export { checkNoWayBack } from './checkNoWayBack.js';
export { checkOwnership } from './checkOwnership.js';
export { checkService } from './checkService.js';
export {
  checkSharedWriting,
  closedEntries,
  findClosed,
  findClosedToNew,
  findWithoutSetgid,
  sharedDirectories,
} from './checkSharedWriting.js';
export type { FoundEntry } from './checkSharedWriting.js';
export { checkUmasks } from './checkUmasks.js';
export { checkUpdates, isSharedMode, umaskOfWordPress } from './checkUpdates.js';
export { checkWpCli } from './checkWpCli.js';
export { fpmRunner } from './fpmRunner.js';
export { readSubject } from './readSubject.js';
export { rootsEntries } from './rootsEntries.js';
export type { Subject } from './subject.js';
