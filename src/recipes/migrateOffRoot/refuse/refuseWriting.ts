import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readAcls } from '../../../posix/access/index.js';
import type { Acl } from '../../../posix/access/index.js';
import type { Identity } from '../../../posix/accounts/index.js';
import { remedy } from '../../../posix/findings/index.js';
import type { Remedy } from '../../../posix/findings/index.js';
import { checkTrustedPath } from '../../../posix/handles/index.js';
import { firstFew, octalMode, printablePath } from '../../../posix/paths/index.js';
import { openToGroup } from '../../../posix/sweeps/index.js';
import type { Site } from '../../../wordpress/site/index.js';
import { cannotObserve, refusal } from '../../host/index.js';
import type { MigrationOptions, MigrationRefusal } from '../../host/index.js';
import { closedEntries, findClosed, findClosedToNew, findWithoutSetgid, sharedDirectories } from '../../proof/index.js';
import type { FoundEntry } from '../../proof/index.js';
import { propertyWord } from '../../runner/index.js';
import { widenable } from '../../steps/index.js';

/** The overflow uid: stands for an account that is still to be made. */
const NOBODY = 65534;

/** As many paths as a person reads. */
const SHOWN = 5;

/**
 * Refuses a site in which WordPress or the agent could not write what they share, also after root's files have changed hands:
 * entries of other accounts, directories that are closed, and entries whose ACL stands against it.
 */
export async function refuseWriting(
  options: MigrationOptions,
  site: Site,
  { web, service }: { readonly web: Identity; readonly service: Identity | null },
): Promise<Result<void, MigrationRefusal>> {
  const roots = await sharedDirectories(site);
  if (roots === null) return ok(undefined);
  const owners = [0, web.user.uid, service?.user.uid ?? NOBODY];
  const acls = new Set<string>();
  for (const root of roots) {
    const opened = await openToGroup(root, {
      gid: site.owner.gid,
      owners,
      keepSecrets: (path, { type }) => !widenable(path, type),
      crossMounts: options.crossMounts ?? false,
      unprotectedHardlinks: 'allow',
      dryRun: true,
    });
    if (opened.isErr()) return err(cannotObserve(opened.error));
    for (const { path, reason } of opened.value.skipped) if (reason === 'acl') acls.add(path);
  }
  const known = { owners, acls, reclaimsPrivate: options.private === 'reclaim' };
  const accepted = { ...(options.crossMounts === undefined ? {} : { crossMounts: options.crossMounts }) };
  for (const [account, isAgent] of [[web, false] as const, [service, true] as const]) {
    const found = await (account === null
      ? findClosedToNew({ roots, site, accepted })
      : findClosed({ roots, accepted }, account));
    if (found.isErr()) return err(cannotObserve(found.error));
    const { refused } = closedEntries({ site, leaveUnsafe: options.leaveUnsafe === true }, found.value);
    const who = account?.user.name ?? 'the new account';
    if (isAgent) await addClosingAcls(refused, acls);
    const staying = refused.filter((entry) => staysRefused(entry, { ...known, isAgent }));
    if (staying.length > 0 && staying.every(({ path }) => acls.has(path)))
      return err(closedByAcl(who, site, await wayForAcls(roots, staying), staying));
    if (staying.length > 0) return err(closedTo(who, staying));
  }
  const plain = await findWithoutSetgid({ roots, accepted });
  if (plain.isErr()) return err(cannotObserve(plain.error));
  const staying = plain.value.filter((entry) => staysPlain(entry, known));
  return staying.length === 0 ? ok(undefined) : err(closedTo('WordPress or the agent', staying));
}

/** Adds the entries whose ACL will still be closed to the group after the sweeps: they look at mode bits alone, or leave it. */
async function addClosingAcls(entries: readonly FoundEntry[], acls: Set<string>): Promise<void> {
  // Where ACLs cannot be read, a sweep says so.
  const { found } = await readAcls(entries.map(({ path }) => ({ path })));
  for (const { path, isFile } of entries) {
    const acl = found.get(path) ?? null;
    if (acl !== null && staysClosedByAcl(acl, isFile)) acls.add(path);
  }
}

/**
 * Whether an entry with this ACL is closed to its group after the sweeps. Opening it sets bits of the mask, where only the
 * group gains by them, and never the entry of the group. Pure.
 */
export function staysClosedByAcl({ users, groups, owningGroup, mask }: Acl, isFile: boolean): boolean {
  const needed = isFile ? 0o6 : 0o7;
  if ((owningGroup & needed) !== needed) return true;
  const masked = mask === null ? 0 : needed & ~mask;
  return masked !== 0 && [...users, ...groups].some(({ bits }) => (bits & masked) !== 0);
}

type Known = {
  /** Accounts whose entries the sweeps open. */
  readonly owners: readonly number[];
  /** Entries whose ACL stays closed to the group. */
  readonly acls: ReadonlySet<string>;
};

/** Whether an entry that is closed now is closed after the sweeps. Pure. */
export function staysRefused(
  { why, uid, path }: Pick<FoundEntry, 'why' | 'uid' | 'path'>,
  { owners, acls, isAgent, reclaimsPrivate }: Known & { readonly isAgent: boolean; readonly reclaimsPrivate: boolean },
): boolean {
  if (!owners.includes(uid)) return true;
  // Nobody opens what was closed; as its owner WordPress gets into what root's was and is given to it.
  if (why === 'closed') return isAgent || uid !== 0 || !reclaimsPrivate;
  return isAgent && acls.has(path);
}

/** Whether a directory that hands its group not on will not afterwards. Pure. */
export function staysPlain({ uid, path }: Pick<FoundEntry, 'uid' | 'path'>, { owners, acls }: Known): boolean {
  return !owners.includes(uid) || acls.has(path);
}

/**
 * The commands that open the ACLs. setfacl(1) follows names in trees that other accounts write, so that these could lead it
 * elsewhere. Therefore all is read-only for it except one directory above: the innermost that only root can exchange, since
 * only root can write in those above it.
 */
async function wayForAcls(roots: readonly string[], entries: readonly FoundEntry[]): Promise<Remedy> {
  const commands: Remedy[] = [];
  for (const root of roots.filter((one) => entries.some((entry) => entry.root === one))) {
    let above = dirname(await realpath(root).catch(() => root));
    while (above !== '/' && (await checkTrustedPath(dirname(above))).isErr()) above = dirname(above);
    const confined = ['ProtectSystem=strict', `ReadWritePaths=${propertyWord(above)}`].flatMap((one) => ['-p', one]);
    // The default entries are for what comes later.
    const open = ['setfacl', '-R', '-m', 'g::rwX,d:g::rwX', root];
    commands.push(remedy.command('systemd-run', '--wait', '--pipe', '--quiet', ...confined, ...open));
  }
  return remedy.inOrder(...commands, remedy.text('plan again'));
}

function closedByAcl(
  who: string,
  { owner }: Pick<Site, 'owner'>,
  way: Remedy,
  entries: readonly FoundEntry[],
): MigrationRefusal {
  const texts = entries.map(({ path }) => printablePath(path));
  const message = `the ACLs of these give their group less than ${who} needs, who writes here as a member of the group ${owner.gid}: ${firstFew(texts, SHOWN)}`;
  return refusal('NOT_WRITABLE', entries[0]?.path ?? '', message, way);
}

function closedTo(who: string, entries: readonly FoundEntry[]): MigrationRefusal {
  const texts = entries.map(({ path, uid, mode }) => `${printablePath(path)} (uid ${uid}, mode ${octalMode(mode)})`);
  const message = `${who} could not write these, and nothing here opens them, so WordPress and the agent could not share them: ${firstFew(texts, SHOWN)}`;
  const way = remedy.inOrder(
    remedy.text('look whose they are, and why they are closed'),
    remedy.text(
      "let WordPress's account own them, open directories to everyone or to their group, and take ACLs away (setfacl -b)",
    ),
    remedy.text('plan again'),
  );
  return refusal('NOT_WRITABLE', entries[0]?.path ?? '', message, way);
}
