import { unreadablePackageFiles } from '../../../kimaki/dispatch/index.js';
import { printablePath, shellWord } from '../../../posix/paths/index.js';
import type { Identity } from '../../../posix/accounts/index.js';

/** A package that was installed under umask 077 starts, and fails later. */
export async function packageWarnings(program: string, identity: Identity): Promise<readonly string[]> {
  const reach = await unreadablePackageFiles(program, identity);
  if (reach.isErr())
    return [
      `whether ${identity.user.name} can read all of the package of ${program} is not known: ${reach.error.message}`,
    ];
  const { root, unreadable } = reach.value;
  const [first, ...others] = unreadable;
  if (root === null || first === undefined) return [];
  const more = others.length === 0 ? '' : ` and ${others.length === 9 ? 'at least 9' : others.length} more`;
  return [
    `${first}${more} cannot be read by ${identity.user.name}, so the program may start and fail later; if they are not closed on purpose: chmod -R go+rX ${shellWord(printablePath(root))}`,
  ];
}
