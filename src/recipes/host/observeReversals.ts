import type { ResultAsync } from 'neverthrow';
import { isAtOrBelow, printablePath } from '../../posix/paths/index.js';
import { runChecked } from '../../posix/programs/index.js';
import type { ProgramError } from '../../posix/programs/index.js';

/** One line of tmpfiles.d that sets an owner. */
type Reversal = { readonly file: string; readonly text: string; readonly path: string };

/** Types of lines that set the owner of what is there already, and of those, which also do below it. Source: tmpfiles.d(5). */
const SETS_OWNER = new Set(['d', 'D', 'e', 'v', 'q', 'Q', 'z', 'Z']);

/**
 * Tells of lines of tmpfiles.d that would give what the migration gives away back to root at the next boot.
 *
 * Owners in `dpkg-statoverride` and in maintainer scripts are not looked at. Where systemd-tmpfiles cannot be asked, nothing
 * is told.
 */
export async function observeReversals(trees: readonly string[]): Promise<readonly string[]> {
  const found = await reversalsHere(trees);
  return found
    .unwrapOr([])
    .map(
      ({ file, text }) =>
        `${printablePath(file)} gives it back to root at every boot: ${printablePath(text)}; change that line or let a file of its name in /etc/tmpfiles.d win`,
    );
}

/** The lines of this host's tmpfiles.d that make something in these trees root's. */
export function reversalsHere(trees: readonly string[]): ResultAsync<readonly Reversal[], ProgramError> {
  return runChecked('systemd-tmpfiles', ['--cat-config']).map(({ stdout }) => reversals(stdout, trees));
}

/** The lines of a whole configuration, as `systemd-tmpfiles --cat-config` prints it, that make something in these trees root's. */
export function reversals(config: string, trees: readonly string[]): readonly Reversal[] {
  const found: Reversal[] = [];
  let file = '';
  for (const line of config.split('\n')) {
    const header = /^# (\/\S+\.conf)$/.exec(line)?.[1];
    if (header !== undefined) file = header;
    const [type = '', path = '', , user = ''] = line.trim().split(/\s+/);
    const kind = type.charAt(0);
    if (!SETS_OWNER.has(kind) || !/^:?(root|0)$/.test(user)) continue;
    // A pattern may fit anything that begins with the part before its first special character.
    const fixed = path.replace(/[*?[].*$/, '');
    const reaches = (tree: string): boolean =>
      fixed === path ? kind === 'Z' && isAtOrBelow(tree, bare(path)) : tree.startsWith(fixed);
    if (trees.some((tree) => reaches(tree) || isAtOrBelow(fixed, tree))) found.push({ file, text: line.trim(), path });
  }
  return found;
}

function bare(path: string): string {
  return path.replace(/(.)\/+$/, '$1');
}
