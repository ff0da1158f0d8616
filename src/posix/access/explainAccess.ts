import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { AccessError, AccessExplanation, AccessWant } from './access.js';
import { gatherAccess } from './gatherAccess.js';
import type { Identity } from '../accounts/index.js';
import { judgeAccess } from './judgeAccess.js';
import { notAbsolute, unlessAborted } from '../paths/index.js';

/**
 * Says whether a fresh process of this identity may do this with a path, and if not, which component refuses and why.
 *
 * It walks as the kernel does, name by name and through every link, and judges each directory's search permission
 * and then the wish itself: owner, ACL (`getfacl`), group, other, root's capabilities (as far as the bounding set of
 * this process leaves them), read-only and noexec mounts, the immutable attribute, `fs.protected_symlinks`. Nothing is
 * opened for reading and nothing is tried.
 *
 * `blockedAt.path` is the directory whose search is refused, or the final file, on the resolved path: never the link
 * or the child. `components` goes on behind the first refusal. `remedies` are ways to lift it, each with what else it
 * would open and for whom; none of them is advice to do it.
 *
 * It does not see security modules (SELinux, AppArmor), user namespaces, sandboxes of a unit, other mount
 * namespaces, or what a network server refuses; it is a snapshot, and a path may change the next instant. What could
 * matter and was not readable is in `notSeen`. `write` is opening what is there, not making it: the rules of sticky
 * directories for O_CREAT (`fs.protected_regular`, `fs.protected_fifos`) have no part in it. `probeAccess` really tries.
 *
 * Errors: `RELATIVE_PATH`, `NOT_FOUND` (also a dangling link), `SYMLINK_LOOP` (more than 40 links),
 * `NOT_A_DIRECTORY` (something on the way, or `traverse` and `create` asked of something else), `ABORTED`, `IO` when
 * this process itself may not look further. Source: path_resolution(7), acl(5), fs/namei.c.
 *
 * @param path - absolute; `.`, `..` and a trailing slash mean what they mean to the kernel
 *
 * @example
 * ```ts
 * import { explainAccess, lookupIdentity } from '@wca/runtime-sdk/posix';
 *
 * const asked = await lookupIdentity('www-data').andThen((who) => explainAccess('/usr/bin/env', who, 'execute'));
 * if (asked.isErr()) console.error(asked.error.code, asked.error.message);
 * else if (asked.value.blockedAt !== null) console.log(asked.value.blockedAt.reason);
 * ```
 */
export function explainAccess(
  path: string,
  identity: Identity,
  want: AccessWant,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<AccessExplanation, AccessError> {
  return new ResultAsync(explain(path, identity, want, options));
}

async function explain(
  path: string,
  identity: Identity,
  want: AccessWant,
  options: { readonly signal?: AbortSignal },
): Promise<Result<AccessExplanation, AccessError>> {
  if (!path.startsWith('/')) return err(notAbsolute(path));
  const facts = await gatherAccess(path, want, identity.user.uid, options);
  // A program that the signal stopped has left facts out.
  return unlessAborted(options.signal, 'explaining access').andThen(() => judgeAccess(facts, identity, want));
}
