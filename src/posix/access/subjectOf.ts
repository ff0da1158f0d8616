import type { Identity } from '../accounts/index.js';
import { NO_CAPABILITIES } from './judgePermission.js';
import type { FileCapabilities, Subject } from './judgePermission.js';

/** The credentials a fresh login of this identity has; capabilities are root's alone. */
export function subjectOf(identity: Identity, rootCapabilities: FileCapabilities): Subject {
  const { uid } = identity.user;
  const gids = new Set([identity.group, ...identity.groups].map((group) => group.gid));
  return { uid, gids, capabilities: uid === 0 ? rootCapabilities : NO_CAPABILITIES };
}
