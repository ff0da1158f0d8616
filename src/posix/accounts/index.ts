export { checkServiceUser } from './checkServiceUser.js';
export type {
  GroupExists,
  HomeExists,
  InvalidUserSpec,
  ServiceUserError,
  ServiceUserSpec,
  UserDiffers,
} from './checkServiceUser.js';
export { createServiceUser } from './createServiceUser.js';
export type { CreateUserError } from './createServiceUser.js';
export type { Group, GroupNotFound, Identity, IdentityError, InvalidUserName, User, UserNotFound } from './identity.js';
export { lookupIdentity, lookupGroup, lookupUser } from './lookupIdentity.js';
export { othersInGroup } from './othersInGroup.js';
export { privilegedGroups } from './privilegedGroups.js';
export { readAccountState } from './readAccountState.js';
export { removeServiceUser } from './removeServiceUser.js';
export type { RemoveUserError, UserBusy, UserProtected } from './removeServiceUser.js';
export { runAs } from './runAs.js';
