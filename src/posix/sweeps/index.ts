export type { ChangeRecord, ChangeRecordError, RecordCorrupt, RecordUntrusted } from './changeRecord.js';
export { openToGroup } from './openToGroup.js';
export { reclaim } from './reclaim.js';
export { changeTree } from './changeTree.js';
export { undoChanges } from './undoChanges.js';
export { openChangeRecord, readChangeRecord } from './changeRecord.js';
