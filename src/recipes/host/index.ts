export { observeOpen } from './observeOpen.js';
export { instancesOf } from './facts.js';
export type {
  CompanionFacts,
  DispatchFacts,
  FpmFacts,
  MigrationFacts,
  SeveralFacts,
  SiteFacts,
  StaleState,
  StateFacts,
  StateMove,
  TargetFacts,
} from './facts.js';
export { channelSteps, hopOf, hopSteps, managedFileArgs } from './hopSteps.js';
export { impossible, observeBinary, observeDispatch } from './observeDispatch.js';
export { chooseUnits, observeInstance, rootNeighbours } from './observeInstance.js';
export { agentPlacesOf, workspacesOf, leftoversOf } from './observePlaces.js';
export { observeReversals, reversalsHere } from './observeReversals.js';
export { observeSite, ownTrees, writableDirectories } from './observeSite.js';
export { observeTarget } from './observeTarget.js';
export type { Target } from './observeTarget.js';
export { DEFAULT_SERVICE_USER, migrationOptions, readOptions, verificationOptions } from './options.js';
export type { MigrationOptions, VerificationOptions } from './options.js';
export { placesOf } from './places.js';
export type { Places } from './places.js';
export { readChannel } from './readChannel.js';
export { cannotObserve, refusal, unusable } from './refusal.js';
export type { MigrationRefusal, Refusal, RefusalCode } from './refusal.js';
export { refuseHost } from './refuseHost.js';
export { rewriteSteps, rewriteTarget } from './rewriteSteps.js';
export type { RewriteTarget } from './rewriteSteps.js';
export { isSharedDropIn, rewriteUnitFiles } from './rewriteUnitFiles.js';
export type { UnitFilesRewrite } from './rewriteUnitFiles.js';
