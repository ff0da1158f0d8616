import { octalMode } from '../../posix/paths/index.js';
import type { ProcessStatus } from '../../posix/processes/index.js';

/** What a process must be. What is left out is not compared. */
export interface WantedIdentity {
  /** Real and effective. */
  readonly uid?: number;
  /** Real and effective. */
  readonly gid?: number;
  /** Groups it must have as well; further ones are allowed, except root's. */
  readonly groups?: readonly number[];
  readonly umask?: number;
}

/** How a process differs from what is wanted, or null. */
export function identityMismatch(process: ProcessStatus, wanted: WantedIdentity): string | null {
  const { uid, gid, groups, umask } = wanted;
  const found: string[] = [];
  if (uid !== undefined && (process.uid !== uid || process.euid !== uid))
    found.push(`uid is ${both(process.uid, process.euid)}, not ${uid}`);
  if (gid !== undefined && (process.gid !== gid || process.egid !== gid))
    found.push(`gid is ${both(process.gid, process.egid)}, not ${gid}`);
  if (groups !== undefined) {
    const has = new Set([...process.groups, process.gid]);
    const missing = groups.filter((group) => !has.has(group));
    if (missing.length > 0)
      found.push(`it is not in ${missing.length === 1 ? 'group' : 'groups'} ${missing.join(', ')}`);
    if (has.has(0) && !groups.includes(0) && gid !== 0) found.push('it is in group 0 (root)');
  }
  if (umask !== undefined && process.umask !== umask)
    found.push(`umask is ${octalMode(process.umask)}, not ${octalMode(umask)}`);
  return found.length === 0 ? null : found.join('; ');
}

function both(real: number, effective: number): string {
  return real === effective ? String(real) : `${real} (effective ${effective})`;
}
