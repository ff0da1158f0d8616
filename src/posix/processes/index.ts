export { findHolders } from './findHolders.js';
export { isListening } from './listeningPorts.js';
export { listProcesses } from './listProcesses.js';
export { openBy } from './openBy.js';
export type { OpenProcess } from './openBy.js';
export { readProcess } from './readProcess.js';
export type { ProcessGone, ProcessStatus } from './readProcess.js';
