import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { firstFew, printablePath } from '../../posix/paths/index.js';
import { runAs } from '../../posix/accounts/index.js';
import { runChecked } from '../../posix/programs/index.js';
import type { ProgramError } from '../../posix/programs/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { Site } from '../../wordpress/site/index.js';
import { widenable } from '../steps/index.js';
import { writableDirectories } from '../host/index.js';
import { remedy } from '../../posix/findings/index.js';
import { verdictsOf } from './check.js';
import type { AcceptanceCheck } from './check.js';
import { judgeRootsEntries, rootsEntries } from './rootsEntries.js';
import type { Subject } from './subject.js';

/** A tree of a million files takes a while to ask about, twice. */
const FIND_DEADLINE_MS = 600_000;

/**
 * Point 4: root owns nothing new, both sides can write every file and directory they share (tried as each of them), and
 * every shared directory hands its group on (setgid).
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
  const verdicts = verdictsOf('no-new-root-files', 4, instance.dataDir);
  const trees = [instance.dataDir, ...agentPlaces.map((place) => place.path)];
  const found = await rootsEntries(trees, service, accepted, service);
  return found.match(
    (entries) => judgeRootsEntries(verdicts, trees, 'the agent', entries),
    ({ message }) => verdicts.failed(message),
  );
}

async function checkWritableBy({ site, accepted }: Subject, identity: Identity, id: string): Promise<AcceptanceCheck> {
  const { failed } = verdictsOf(id, 4, site.contentDir);
  const roots = await sharedDirectories(site);
  if (roots === null) return failed(`${site.contentDir} has none of the directories that both sides write in`);
  const entries = await findClosed({ roots, accepted }, identity);
  if (entries.isErr()) return failed(entries.error.message);
  const asked = { id, writer: identity.user.name, roots, site, leaveUnsafe: accepted.leaveUnsafe === true };
  return judgeWritable(asked, entries.value);
}

/** A search did not come to its end. */
type SearchFailed = ProgramError | { readonly code: 'SEARCH_FAILED'; readonly message: string };

/** The directories that both sides write in, at least one: without a start find looks at the directory it is started in. */
type Shared = {
  readonly roots: readonly [string, ...string[]];
  readonly site: Pick<Site, 'owner'>;
  readonly accepted: Pick<Subject['accepted'], 'crossMounts'>;
};

/** Reads which these are; null where there is none. */
export async function sharedDirectories(site: Site): Promise<Shared['roots'] | null> {
  const [first, ...others] = await writableDirectories(site);
  return first === undefined ? null : [first, ...others];
}

/** What an account cannot write of the directories that both sides write in; asked by the account itself. */
export async function findClosed(
  { roots, accepted }: Pick<Shared, 'roots' | 'accepted'>,
  identity: Identity,
): Promise<Result<readonly FoundEntry[], SearchFailed>> {
  // find -writable is access(2), asked by the user itself: groups, ACLs and mounts all count.
  const closed = ['-type', 'd', '!', '-perm', '-0005', '!', '(', '-readable', '-executable', '-writable', ')'];
  const refused = ['(', '-type', 'f', '-o', '-type', 'd', ')', '!', '-writable', '-printf', `refused${FIELDS}`];
  const args = [
    ...roots,
    ...howFar(accepted),
    '(',
    ...closed,
    '-printf',
    `closed${FIELDS}`,
    '-prune',
    ')',
    '-o',
    ...refused,
  ];
  const asked = await runAs(identity, 'find', args, { timeoutMs: FIND_DEADLINE_MS });
  if (asked.isErr()) return err(asked.error);
  if (asked.value.exitCode === 0) return ok(entriesOf(asked.value.stdout));
  const message = `${identity.user.name} cannot look at all of it: ${asked.value.stderr.trim().split('\n')[0] ?? ''}`;
  return err({ code: 'SEARCH_FAILED', message });
}

/** Directories in there that are closed to an account which is in the group of the site and does not exist yet. */
export async function findClosedToNew({
  roots,
  site,
  accepted,
}: Shared): Promise<Result<readonly FoundEntry[], SearchFailed>> {
  const open = ['(', '-gid', String(site.owner.gid), '-perm', '-0070', ')'];
  const closed = ['-type', 'd', '!', '-perm', '-0005', '!', ...open, '-printf', `closed${FIELDS}`, '-prune'];
  const asked = await runChecked('find', [...roots, ...howFar(accepted), ...closed], { timeoutMs: FIND_DEADLINE_MS });
  return asked.map(({ stdout }) => entriesOf(stdout));
}

/**
 * Directories that do not hand their group on. As root, which can look everywhere; what is closed to everyone else is
 * private.
 */
export async function findWithoutSetgid({
  roots,
  accepted,
}: Pick<Shared, 'roots' | 'accepted'>): Promise<Result<readonly FoundEntry[], SearchFailed>> {
  const plain = ['(', '!', '-perm', '-0005', '-prune', '-o', '!', '-perm', '-2000', '-printf', `plain${FIELDS}`, ')'];
  const asked = await runChecked('find', [...roots, ...howFar(accepted), '-type', 'd', ...plain], {
    timeoutMs: FIND_DEADLINE_MS,
  });
  return asked.map(({ stdout }) => entriesOf(stdout).filter(({ below }) => widenable(Buffer.from(below), 'directory')));
}

/** Decides over the entries that `writer` cannot write below `roots`; pure. */
export function judgeWritable(
  asked: {
    readonly id: string;
    readonly writer: string;
    readonly roots: readonly string[];
    readonly site: Pick<Site, 'contentDir'> & PrivatePlaces;
    readonly leaveUnsafe: boolean;
  },
  entries: readonly FoundEntry[],
): AcceptanceCheck {
  const { id, writer, roots, site, leaveUnsafe } = asked;
  const { passed, failed } = verdictsOf(id, 4, site.contentDir);
  const found = closedEntries({ site, leaveUnsafe }, entries);
  const left = found.left.map(({ path }) => path);
  const refused = found.refused.map(({ path }) => path);
  if (refused.length > 0) {
    const what = `${writer} cannot write ${refused.length} entries, such as ${shown(refused)}; files that were moved or copied in keep their own modes`;
    return failed(what, remedy.recipe('migrateOffRoot', 'apply'));
  }
  const apart = left.length === 0 ? '' : `; left closed on purpose: ${shown(left)}`;
  return passed(`${writer} can write every file and directory of ${roots.join(', ')}${apart}`);
}

/** Which of the entries that one side cannot write are left so on purpose; pure. */
export function closedEntries(
  { site, leaveUnsafe }: { readonly site: PrivatePlaces; readonly leaveUnsafe: boolean },
  entries: readonly FoundEntry[],
): { readonly left: readonly FoundEntry[]; readonly refused: readonly FoundEntry[] } {
  const asked = entries.filter(({ below }) => widenable(Buffer.from(below)));
  const isLeft = (entry: FoundEntry): boolean => staysClosed(entry, site) || (leaveUnsafe && isUnsafe(entry));
  return { left: asked.filter(isLeft), refused: asked.filter((entry) => !isLeft(entry)) };
}

async function checkSetgid({ site, accepted }: Subject): Promise<AcceptanceCheck> {
  const { passed, failed } = verdictsOf('shared-group', 4, site.contentDir);
  const roots = await sharedDirectories(site);
  if (roots === null) return failed(`${site.contentDir} has none of the directories that both sides write in`);
  const found = await findWithoutSetgid({ roots, accepted });
  if (found.isErr()) return failed(found.error.message);
  const without = found.value;
  if (without.length === 0) return passed('every shared directory is setgid, so new files get its group');
  const named = shown(without.map(({ path }) => path));
  const what = `${without.length} shared directories are not setgid, such as ${named}; new files in them are closed to the other side`;
  return failed(what, remedy.recipe('migrateOffRoot', 'apply'));
}

/** One entry a search reports. */
export type FoundEntry = {
  readonly why: string;
  readonly isFile: boolean;
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  /** The starting point that led to it, and the path below that. */
  readonly root: string;
  readonly below: string;
  readonly path: string;
};

const FIELDS = '\\0%y\\0%m\\0%n\\0%U\\0%H\\0%P\\0';

/** The entries that find reports, as {@link FIELDS} prints them; pure. */
export function entriesOf(stdout: string): readonly FoundEntry[] {
  const fields = stdout.split('\0');
  const found: FoundEntry[] = [];
  for (let at = 0; at + 6 < fields.length; at += 7) {
    const [why = '', type = '', mode = '', links = '', uid = '', root = '', below = ''] = fields.slice(at, at + 7);
    const path = below === '' ? root : `${root}/${below}`;
    found.push({
      why,
      isFile: type === 'f',
      mode: Number.parseInt(mode, 8),
      links: Number(links),
      uid: Number(uid),
      root,
      below,
      path,
    });
  }
  return found;
}

/** As far as the sweeps go; entries that a live site removes meanwhile are no error. */
function howFar({ crossMounts }: Shared['accepted']): readonly string[] {
  return ['-ignore_readdir_race', ...(crossMounts === true ? [] : ['-xdev'])];
}

type PrivatePlaces = Pick<Site, 'uploadsDir' | 'upgradeDir' | 'languagesDir'>;

/**
 * A private file stays private wherever it is. A private directory stays private where WordPress keeps data. A plugin or
 * theme that the agent cannot enter is a fault, since both sides have to work on it.
 */
function staysClosed(
  { why, mode, root, below }: FoundEntry,
  { uploadsDir, upgradeDir, languagesDir }: PrivatePlaces,
): boolean {
  if (why === 'closed') return below !== '' && [uploadsDir, upgradeDir, languagesDir].includes(root);
  return (mode & 0o004) === 0;
}

/** What no sweep changes: see the option `leaveUnsafe`. */
function isUnsafe({ isFile, mode, links }: FoundEntry): boolean {
  return isFile && (links > 1 || (mode & 0o6000) !== 0);
}

function shown(paths: readonly string[]): string {
  const texts = paths.map((path) => printablePath(path));
  return firstFew(texts, 3);
}
