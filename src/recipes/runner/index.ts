export { placeRunner } from './placeRunner.js';
export { ownProgram } from './runner.js';
export type { OwnProgram, RunnerError } from './runner.js';
