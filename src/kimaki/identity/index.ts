export { detectServiceIdentity } from './detectServiceIdentity.js';
export { identityAssignments } from './identityAssignments.js';
export { migrationRemedy } from './migrationRemedy.js';
export { SHARED_UMASK } from './serviceIdentity.js';
export type { DetectIdentityError, ServiceIdentity, ServiceIdentityRefused } from './serviceIdentity.js';
