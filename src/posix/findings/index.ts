export { bySeverity, findingsAbout } from './finding.js';
export type { Finding, MakeFinding, Severity } from './finding.js';
export { remedy } from './remedy.js';
export type { CallRemedy, OptionRemedy, RecipeRemedy, Remedy } from './remedy.js';
