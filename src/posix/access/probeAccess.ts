import type { ResultAsync } from 'neverthrow';
import type { AccessWant } from './access.js';
import type { Identity } from '../accounts/index.js';
import { runAs } from '../accounts/index.js';
import type { ProgramError } from '../programs/index.js';

const EXPRESSIONS: Readonly<Record<AccessWant, (path: string) => readonly string[]>> = {
  read: (path) => ['-r', path],
  write: (path) => ['-w', path],
  execute: (path) => ['-f', path, '-a', '-x', path],
  traverse: (path) => ['-d', path, '-a', '-x', path],
  create: (path) => ['-d', path, '-a', '-w', path, '-a', '-x', path],
};

/**
 * Has the kernel itself answer, in a process of that user with all groups and no capabilities: may it do this?
 *
 * The answer is faccessat(2)'s, so read-only and noexec mounts, ACLs and security modules count; nothing is opened,
 * created or run. A path that is missing, or not of the kind that was asked about, is `false`. It tells no reason:
 * `explainAccess` does. Only root can ask for somebody else.
 *
 * Errors: those of `runAs`, `ABORTED` among them.
 *
 * @param path - absolute
 *
 * @example
 * ```ts
 * import { lookupIdentity, probeAccess } from '@wca/runtime-sdk/posix';
 *
 * const allowed = await lookupIdentity('www-data').andThen((who) => probeAccess('/usr/bin/env', who, 'execute'));
 * if (allowed.isErr()) console.error(allowed.error.message);
 * else console.log(allowed.value);
 * ```
 */
export function probeAccess(
  path: string,
  identity: Identity,
  want: AccessWant,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<boolean, ProgramError> {
  return runAs(identity, '/usr/bin/test', EXPRESSIONS[want](path), options).map((ran) => ran.exitCode === 0);
}
