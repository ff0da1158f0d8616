export { placeRunner } from './placeRunner.js';
export { ownProgram } from './runner.js';
export type { OwnProgram, RunnerError } from './runner.js';
export { activeRunUnit, followRunUnit, readRequest, signalRunUnit, startRunUnit, tellingOf } from './runUnit.js';
export type { RunUnit, RunUnitError } from './runUnit.js';
export { propertyWord } from './sandbox.js';
