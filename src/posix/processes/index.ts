export { findHolders } from './findHolders.js';
export { listProcesses } from './listProcesses.js';
export { listeningPorts } from './listeningPorts.js';
export { readProcess } from './readProcess.js';
export type { ProcessGone, ProcessStatus } from './readProcess.js';
