export type { ChangeRecord, ChangeRecordError, RecordCorrupt, RecordUntrusted } from './changeRecord.js';
export { openToGroup } from './openToGroup.js';
export type { OpenToGroupRequest } from './openToGroup.js';
export { reclaim } from './reclaim.js';
export type { ReclaimRequest } from './reclaim.js';
export { changeTree } from './changeTree.js';
export { undoChanges } from './undoChanges.js';
export type { UndoReport } from './undoChanges.js';
export { openChangeRecord, readChangeRecord } from './changeRecord.js';
