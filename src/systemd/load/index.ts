export { effectiveUnit } from './effectiveUnit.js';
export type { EffectiveSetting, EffectiveUnit, EffectiveValue } from './effectiveUnit.js';
export {
  effectiveBoolean,
  effectiveCommands,
  effectiveEnvironment,
  effectiveValue,
  effectiveValues,
} from './effectiveValues.js';
export { emptyResets, isKnownKey } from './settings/findDirective.js';
export { findBlockingDropIn } from './findBlockingDropIn.js';
export { findUnitFiles } from './findUnitFiles.js';
export { loadUnit } from './loadUnit.js';
export type { LoadedUnit } from './loadUnit.js';
export { below } from './resolveBelow.js';
export { baseName } from './resolveUnitName.js';
export { findDirective } from './settings/findDirective.js';
export { booleanOf } from './settings/readers/readBoolean.js';
export { microsecondsOf } from './settings/readers/readDuration.js';
export { sourcesOf } from './unitFiles.js';
export type { FindUnitFilesError, UnitFileKind, UnitFiles, UnitFilesProblem } from './unitFiles.js';
export { unitLoadPath } from './unitLoadPath.js';
