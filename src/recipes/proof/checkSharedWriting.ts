import { printablePath } from '../../posix/paths/index.js';
import { runAs } from '../../posix/accounts/index.js';
import { runChecked } from '../../posix/programs/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../../wordpress/site/index.js';
import { widenable } from '../steps/index.js';
import { writableDirectories } from '../host/index.js';
import { failed, passed } from './check.js';
import type { AcceptanceCheck } from './check.js';
import { listed, rootsEntries } from './rootsEntries.js';
import type { Subject } from './subject.js';

/** A tree of a million files takes a while to ask about, twice. */
const FIND_DEADLINE_MS = 600_000;

/**
 * Point 4: nothing new is root's, and both sides can write every file and directory they share, by trying as
 * each of them. Every shared directory hands its group on (setgid).
 */
export async function checkSharedWriting(subject: Subject): Promise<readonly AcceptanceCheck[]> {
  const { service, web } = subject;
  return [
    await checkNewFiles(subject),
    await checkWritableBy(subject, web, 'writable-by-wordpress'),
    await checkWritableBy(subject, service, 'writable-by-agent'),
    await checkSetgid(subject),
  ];
}

async function checkNewFiles({ instance, agentPlaces, service, accepted }: Subject): Promise<AcceptanceCheck> {
  const id = 'no-new-root-files';
  const trees = [instance.dataDir, ...agentPlaces.map((place) => place.path)];
  const found = await rootsEntries(trees, service, accepted);
  if (found.isErr()) return failed(id, 4, found.error.message);
  const { toGive, stuck, left } = found.value;
  const where = trees.join(', ');
  const told = left.length === 0 ? '' : `; left on purpose: ${listed(left)}`;
  if (toGive > 0)
    return failed(id, 4, `${toGive} entries below ${where} belong to root, and the agent cannot replace them${told}`);
  return stuck.length === 0
    ? passed(id, 4, `nothing below ${where} is root's${told}`)
    : failed(
        id,
        4,
        `below ${where} these belong to root: ${listed(stuck)}; look at them, and verify with --leave-unsafe if they are to stay${told}`,
      );
}

async function checkWritableBy({ site, accepted }: Subject, identity: Identity, id: string): Promise<AcceptanceCheck> {
  const roots = await writableDirectories(site);
  // Without a root, find would look at the directory it was started in.
  if (roots.length === 0)
    return failed(id, 4, `${site.contentDir} has none of the directories that both sides write in`);
  const { name } = identity.user;
  // find -writable is access(2), asked by the user itself: groups, ACLs and mounts all count.
  const closed = ['-type', 'd', '!', '-perm', '-0005', '!', '(', '-readable', '-executable', '-writable', ')'];
  const asked = await runAs(
    identity,
    'find',
    [
      ...roots,
      ...howFar(accepted),
      '(',
      ...closed,
      '-printf',
      `closed${FIELDS}`,
      '-prune',
      ')',
      '-o',
      '(',
      '-type',
      'f',
      '-o',
      '-type',
      'd',
      ')',
      '!',
      '-writable',
      '-printf',
      `refused${FIELDS}`,
    ],
    { timeoutMs: FIND_DEADLINE_MS },
  );
  if (asked.isErr()) return failed(id, 4, asked.error.message);
  if (asked.value.exitCode !== 0)
    return failed(id, 4, `${name} cannot look at all of it: ${asked.value.stderr.trim().split('\n')[0] ?? ''}`);
  const left: string[] = [];
  const refused: string[] = [];
  for (const entry of entriesOf(asked.value.stdout)) {
    if (!widenable(Buffer.from(entry.below))) continue;
    (staysClosed(entry, site) || (accepted.leaveUnsafe === true && isUnsafe(entry)) ? left : refused).push(entry.path);
  }
  const apart = left.length === 0 ? '' : `; left closed on purpose: ${shown(left)}`;
  if (refused.length === 0)
    return passed(id, 4, `${name} can write every file and directory of ${roots.join(', ')}${apart}`);
  return failed(
    id,
    4,
    `${name} cannot write ${refused.length} entries, such as ${shown(refused)}; what was moved or copied in brings its own modes, and wca migrate-off-root apply puts them right`,
  );
}

async function checkSetgid({ site, accepted }: Subject): Promise<AcceptanceCheck> {
  const id = 'shared-group';
  const roots = await writableDirectories(site);
  if (roots.length === 0)
    return failed(id, 4, `${site.contentDir} has none of the directories that both sides write in`);
  // As root, who can look everywhere; what is closed to everyone else is private and not shared.
  const asked = await runChecked(
    'find',
    [
      ...roots,
      ...howFar(accepted),
      '-type',
      'd',
      '(',
      '!',
      '-perm',
      '-0005',
      '-prune',
      '-o',
      '!',
      '-perm',
      '-2000',
      '-printf',
      `plain${FIELDS}`,
      ')',
    ],
    { timeoutMs: FIND_DEADLINE_MS },
  );
  if (asked.isErr()) return failed(id, 4, asked.error.message);
  const without = entriesOf(asked.value.stdout).filter(({ below }) => widenable(Buffer.from(below)));
  return without.length === 0
    ? passed(id, 4, 'every shared directory is setgid, so new files get its group')
    : failed(
        id,
        4,
        `${without.length} shared directories are not setgid, such as ${shown(without.map(({ path }) => path))}; what is written there is closed to the other side`,
      );
}

/** One entry a search reports. */
type Found = {
  readonly why: string;
  readonly isFile: boolean;
  readonly mode: number;
  readonly links: number;
  /** The starting point that led to it, and the path below that. */
  readonly root: string;
  readonly below: string;
  readonly path: string;
};

const FIELDS = '\\0%y\\0%m\\0%n\\0%H\\0%P\\0';

function entriesOf(stdout: string): readonly Found[] {
  const fields = stdout.split('\0');
  const found: Found[] = [];
  for (let at = 0; at + 5 < fields.length; at += 6) {
    const [why = '', type = '', mode = '', links = '', root = '', below = ''] = fields.slice(at, at + 6);
    const path = below === '' ? root : `${root}/${below}`;
    found.push({ why, isFile: type === 'f', mode: Number.parseInt(mode, 8), links: Number(links), root, below, path });
  }
  return found;
}

/** As far as the sweeps go, and not put out by what a live site removes meanwhile. */
function howFar({ crossMounts }: Subject['accepted']): readonly string[] {
  return ['-ignore_readdir_race', ...(crossMounts === true ? [] : ['-xdev'])];
}

/**
 * A private file stays private wherever it is. A private directory does where WordPress keeps data; a plugin or theme
 * the agent cannot enter is none that both can work on.
 */
function staysClosed({ why, mode, root, below }: Found, { uploadsDir, upgradeDir, languagesDir }: Site): boolean {
  if (why === 'closed') return below !== '' && [uploadsDir, upgradeDir, languagesDir].includes(root);
  return (mode & 0o004) === 0;
}

/** What no sweep changes: see `--leave-unsafe`. */
function isUnsafe({ isFile, mode, links }: Found): boolean {
  return isFile && (links > 1 || (mode & 0o6000) !== 0);
}

function shown(paths: readonly string[]): string {
  return (
    paths
      .slice(0, 3)
      .map((path) => printablePath(path))
      .join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '')
  );
}
