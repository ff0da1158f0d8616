import { findDirective } from './settings/findDirective.js';

/**
 * Says whether the assignments of a key add up (`ExecStart`, `Environment`, `After`) and do not replace each other. A
 * key that systemd 252 does not know counts as one that takes a single value.
 *
 * @example
 * ```ts
 * import { isListKey } from '@wca/runtime-sdk/systemd';
 *
 * console.log(isListKey('Service', 'Environment'), isListKey('Service', 'User')); // true false
 * ```
 */
export function isListKey(section: string, key: string): boolean {
  return findDirective(section, key)?.merge === 'list';
}

/**
 * Says whether an empty assignment takes away what was assigned to a key before (`User=`, `ExecStart=`), and is not just
 * ignored (`UMask=`, `ProtectHome=`). A key that systemd 252 does not know counts as one that is reset.
 */
export function emptyResets(section: string, key: string): boolean {
  return findDirective(section, key)?.emptyResets !== false;
}

/** Says whether systemd 252 knows a key of a section. */
export function isKnownKey(section: string, key: string): boolean {
  return findDirective(section, key) !== undefined;
}
