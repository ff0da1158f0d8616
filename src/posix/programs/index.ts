export { lackOfHandles } from './lackOfHandles.js';
export { jsonOf, parseAnswer, wholeNumber } from './parseAnswer.js';
export { errnoOf, notStarted } from './programErrors.js';
export type {
  ProgramError,
  ProgramFailed,
  ProgramNotFound,
  ProgramNotStarted,
  ProgramOutputTooLarge,
  ProgramTimeout,
} from './programErrors.js';
export { programFailed, runChecked } from './runChecked.js';
export { TRUSTED_PATH, runProgram } from './runProgram.js';
export type { ProgramResult, RunOptions } from './runProgram.js';
