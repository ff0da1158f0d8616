import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { Identity } from '../../../posix/accounts/index.js';
import { remedy } from '../../../posix/findings/index.js';
import type { Remedy } from '../../../posix/findings/index.js';
import { readRegularFile } from '../../../posix/files/index.js';
import { firstFew, isAtOrBelow, octalMode, printablePath } from '../../../posix/paths/index.js';
import { countOwned } from '../../../posix/search/index.js';
import { reclaim } from '../../../posix/sweeps/index.js';
import { isManagedName } from '../../../wordpress/blocks/index.js';
import { findContraryDefines, fsChmodMuPlugin } from '../../../wordpress/site/index.js';
import type { Site } from '../../../wordpress/site/index.js';
import { probeSiteWritability } from '../../../wordpress/probes/index.js';
import type { WritabilityReport } from '../../../wordpress/probes/index.js';
import { cannotObserve, ownTrees, refusal, writableDirectories } from '../../host/index.js';
import type { MigrationOptions, MigrationRefusal } from '../../host/index.js';
import { isSharedMode, umaskOfWordPress } from '../../proof/index.js';
import { rootsOnPurpose } from '../../steps/index.js';

/** The site and who runs it. */
type Asked = {
  readonly options: MigrationOptions;
  readonly site: Site;
  readonly web: Identity;
  /** The AGENTS.md out of which the flag is taken; null where that is left. */
  readonly agentsFile: string | null;
};

/** What a plan tells of the site. */
type Told = { readonly text: string; readonly remedy: Remedy };

/** As many paths as a person reads. */
const SHOWN = 5;

/**
 * Refuses a site of which the last verification would fail: WordPress does not answer, closes what it writes to the agent, or
 * could not update itself. WordPress is asked as its own account, under the umask that php-fpm will have; nothing is written.
 */
export async function refuseSite(asked: Asked): Promise<Result<readonly Told[], MigrationRefusal>> {
  const { options, site, web } = asked;
  const probed = await probeSiteWritability(site, web, { umask: umaskOfWordPress(options), maxPaths: 10_000 });
  if (probed.isErr()) {
    const way = remedy.text('repair the site, and plan again');
    return err(refusal('SITE_UNUSABLE', site.path, probed.error.message, way));
  }
  const report = probed.value;
  const modes = await refuseModes(site, report);
  if (modes.isErr()) return err(modes.error);
  const core = await refuseCore(asked, report);
  if (core.isErr()) return err(core.error);
  const updates = await refuseUpdates(asked, report);
  if (updates.isErr()) return err(updates.error);
  const plugins = await refuseLinkedPlugins(site);
  if (plugins.isErr()) return err(plugins.error);
  const agents = await refuseAgentsFile(asked);
  return agents.map(() => core.value);
}

type Modes = Pick<WritabilityReport, 'chmodDir' | 'chmodFile'>;

async function refuseModes(site: Site, report: Modes): Promise<Result<void, MigrationRefusal>> {
  if (isSharedMode(report.chmodDir, report.chmodFile)) return ok(undefined);
  const contrary = await findContraryDefines(site);
  if (contrary.isErr()) return err(cannotObserve(contrary.error));
  const found = contraryMode(contrary.value, report, site.muPluginsDir);
  if (found === null) return ok(undefined);
  const { file, line, name, written, comesTo, wanted } = found;
  const where = `${printablePath(file)}:${line}`;
  const message = `${where} defines ${name} as ${written ?? 'something only PHP can tell'}, which makes it ${comesTo}: WordPress would close what it writes to the agent`;
  const way = remedy.text(`make it ${wanted} in ${where}, or remove the line, and plan again`);
  return err(refusal('SITE_UNUSABLE', file, message, way));
}

type Define = { readonly file: string; readonly line: number; readonly name: string; readonly written: string | null };

/**
 * The define that will give WordPress a mode under which the agent cannot write, with the mode that PHP made of it; null where
 * the mu-plugin of the migration is loaded first. Pure.
 */
export function contraryMode<D extends Define>(
  defines: readonly D[],
  { chmodDir, chmodFile }: Modes,
  muPluginsDir: string,
): (D & { readonly comesTo: string; readonly wanted: string }) | null {
  const isFirst = ({ file }: D): boolean => dirname(file) !== muPluginsDir || basename(file) < fsChmodMuPlugin().name;
  const wrong: readonly (readonly [name: string, mode: number | null, isShared: boolean, wanted: string])[] = [
    ['FS_CHMOD_DIR', chmodDir, isSharedMode(chmodDir, 0o664), '02775'],
    ['FS_CHMOD_FILE', chmodFile, isSharedMode(0o2775, chmodFile), '0664'],
  ];
  for (const [name, mode, isShared, wanted] of wrong) {
    if (mode === null || isShared) continue;
    const define = defines.find((one) => one.name === name && isFirst(one));
    if (define !== undefined) return { ...define, comesTo: octalMode(mode), wanted };
  }
  return null;
}

/** Names root's files of WordPress core, and refuses where they would keep updates from being made directly. */
async function refuseCore(
  { options, site, web }: Asked,
  report: WritabilityReport,
): Promise<Result<readonly Told[], MigrationRefusal>> {
  const file = join(site.path, 'wp-admin/includes/file.php');
  const real = await realpath(file).catch(() => file);
  const status = await stat(real).catch(() => null);
  const judged = judgeCore(report, {
    file,
    owner: status?.uid ?? web.user.uid,
    isOfSite: isAtOrBelow(real, site.path),
    web: web.user,
    includeCore: options.includeCore === true,
  });
  if (judged.isErr()) return err(judged.error);
  if (options.includeCore === true) return ok([]);
  let count = 0;
  for (const root of ['wp-admin', 'wp-includes']) {
    count += await countOwned(join(site.path, root), { by: 0 }).unwrapOr(0);
  }
  if (count === 0) return ok([]);
  const text = `${count} entries of WordPress core below ${printablePath(site.path)} belong to root, so WordPress cannot update itself; they stay so`;
  return ok([{ text, remedy: remedy.option('includeCore') }]);
}

/** Whether `get_filesystem_method()` will be `direct`: it compares the owner of its own file with that of a new one. Pure. */
export function judgeCore(
  { methodDefined, filesystemMethod }: Pick<WritabilityReport, 'methodDefined' | 'filesystemMethod'>,
  core: {
    readonly file: string;
    readonly owner: number;
    /** It lies in the site and is not reached by a link. */
    readonly isOfSite: boolean;
    readonly web: { readonly name: string; readonly uid: number };
    readonly includeCore: boolean;
  },
): Result<void, MigrationRefusal> {
  const { file, owner, web } = core;
  if (methodDefined) {
    if (filesystemMethod === 'direct') return ok(undefined);
    const message = `the site defines FS_METHOD, so WordPress does not update directly: get_filesystem_method() is ${filesystemMethod === '' ? 'none' : filesystemMethod}`;
    return err(
      refusal('SITE_UNUSABLE', file, message, remedy.text('remove FS_METHOD from wp-config.php, and plan again')),
    );
  }
  if (owner === web.uid || (owner === 0 && core.includeCore && core.isOfSite)) return ok(undefined);
  const whose = owner === 0 ? 'root' : `uid ${owner}`;
  const message = `${printablePath(file)} belongs to ${whose} and not to ${web.name}, so WordPress would ask for FTP credentials instead of updating directly`;
  const define = remedy.text("define FS_METHOD as 'direct' in wp-config.php, and plan again");
  const way =
    owner === 0 && core.isOfSite
      ? remedy.anyOf(remedy.option('includeCore'), define)
      : remedy.anyOf(remedy.text(`let ${web.name} own WordPress core, and plan again`), define);
  return err(refusal('SITE_UNUSABLE', file, message, way));
}

/** What WordPress cannot replace now, and will not be able to replace when root's files have changed hands. */
async function refuseUpdates(
  { options, site, web }: Asked,
  report: WritabilityReport,
): Promise<Result<void, MigrationRefusal>> {
  const closed = [
    ...report.unwritable.paths.map(({ path, why }) => ({ path, isDangling: why === 'dangling-link' })),
    ...report.directories.filter(({ writable }) => !writable).map(({ path }) => ({ path, isDangling: false })),
  ];
  if (closed.length === 0) return ok(undefined);
  const trees = ownTrees(site.contentDir, await writableDirectories(site));
  const left: string[] = [];
  for (const root of trees) {
    const swept = await reclaim(root, {
      from: 0,
      to: { uid: web.user.uid, gid: web.group.gid },
      ...(options.private === 'reclaim' ? {} : { reader: web }),
      keep: ({ path }) => rootsOnPurpose(path),
      crossMounts: options.crossMounts ?? false,
      unprotectedHardlinks: 'allow',
      dryRun: true,
    });
    if (swept.isErr()) return err(cannotObserve(swept.error));
    left.push(...swept.value.skipped.map(({ path }) => path));
  }
  const staying: string[] = [];
  for (const { path, isDangling } of closed) {
    const real = isDangling ? path : await existing(path);
    const owner = await lstat(real).catch(() => null);
    if (isDangling || staysClosed(real, owner?.uid ?? null, { trees, left })) staying.push(path);
  }
  const [first] = staying;
  if (first === undefined) return ok(undefined);
  const shown = staying.map((path) => printablePath(path));
  const message = `WordPress cannot replace these, and they do not change hands, so updates would fail: ${firstFew(shown, SHOWN)}`;
  const way = remedy.inOrder(
    remedy.text('look what each of them is'),
    remedy.text(`let ${web.user.name} own what is the site's, and remove links that lead nowhere`),
    remedy.text('plan again'),
  );
  return err(refusal('NOT_WRITABLE', first, message, way));
}

/** Whether an entry that WordPress cannot write stays so when root's entries in these trees were given to it. Pure. */
export function staysClosed(
  path: string,
  owner: number | null,
  { trees, left }: { readonly trees: readonly string[]; readonly left: readonly string[] },
): boolean {
  const tree = trees.find((one) => isAtOrBelow(path, one));
  if (owner !== 0 || tree === undefined) return true;
  return rootsOnPurpose(Buffer.from(path.slice(tree.length + 1))) || left.some((one) => isAtOrBelow(path, one));
}

/** Links resolved, or the nearest directory above that is there. */
async function existing(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const real = await realpath(at).catch(() => null);
    if (real !== null || at === '/') return real ?? at;
  }
}

/** The mode of a link is not its own, and what it leads to is not the plan's. */
async function refuseLinkedPlugins({ muPluginsDir }: Site): Promise<Result<void, MigrationRefusal>> {
  for (const name of await readdir(muPluginsDir).catch(() => [])) {
    if (!isManagedName(name)) continue;
    const path = join(muPluginsDir, name);
    if ((await lstat(path).catch(() => null))?.isFile() !== false) continue;
    const message = `${printablePath(path)} is a link or no file, and a managed mu-plugin has to be a file of its own`;
    return err(refusal('SITE_UNUSABLE', path, message, remedy.text('put the file in its place, and plan again')));
  }
  return ok(undefined);
}

async function refuseAgentsFile({ site, agentsFile }: Asked): Promise<Result<void, MigrationRefusal>> {
  if (agentsFile !== null) return ok(undefined);
  const path = join(site.path, 'AGENTS.md');
  const file = await readRegularFile(path);
  if (file.isErr() || !file.value.bytes.includes('--allow-root')) return ok(undefined);
  const message = `${printablePath(path)} tells the agent to use --allow-root, and it is left as it is, since not everyone can read it`;
  return err(refusal('SITE_UNUSABLE', path, message, remedy.text('take --allow-root out of it, and plan again')));
}
