import { lstat } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../posix/findings/index.js';
import { join } from 'node:path';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { isAtOrBelow, printablePath } from '../../posix/paths/index.js';
import { lookupIdentity } from '../../posix/accounts/index.js';
import { readableBy } from '../../posix/access/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { findContraryDefines, findSite } from '../../wordpress/site/index.js';
import { findFpmPools } from '../../wordpress/fpm/index.js';
import type { Site } from '../../wordpress/site/index.js';
import type { FpmFacts, SiteFacts } from './facts.js';
import type { MigrationOptions } from './options.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** The site and the account it runs as. */
export type ObservedSite = {
  readonly site: Site;
  readonly facts: SiteFacts;
  readonly identity: Identity;
  readonly fpm: FpmFacts | null;
  readonly agentsFile: string | null;
  readonly warnings: readonly string[];
};

/** Finds the site of an instance, and reads what a recipe has to know about it. */
export async function observeSite(
  options: MigrationOptions,
  instance: KimakiInstance,
): Promise<Result<ObservedSite, MigrationRefusal>> {
  const path = options.site ?? instance.site;
  if (path === null) {
    return err(
      refusal(
        'SITE_NOT_FOUND',
        instance.unit,
        `${instance.unit} names no site (WorkingDirectory=, DATAMACHINE_SITE_PATH)`,
        remedy.option('site'),
      ),
    );
  }
  const found = await findSite(path);
  if (found.isErr()) {
    const code =
      found.error.code === 'NOT_A_SITE' || found.error.code === 'RELATIVE_PATH' ? 'SITE_NOT_FOUND' : 'CANNOT_OBSERVE';
    return err(refusal(code, path, found.error.message, remedy.option('site')));
  }
  const site = found.value;
  const { owner } = site;
  if (owner.uid === 0) {
    return err(
      refusal(
        'SITE_RUNS_AS_ROOT',
        site.path,
        `WordPress at ${site.path} runs as root, so there is no other account that could own its files`,
        remedy.text('set user= and group= in its php-fpm pool, and restart php-fpm'),
      ),
    );
  }
  const elsewhere = await refuseElsewhere(site);
  if (elsewhere.isErr()) return err(elsewhere.error);
  const identity = await lookupIdentity(owner.user);
  if (identity.isErr()) return err(cannotObserve(identity.error));
  const fpm = await observeFpm(options, site);
  if (fpm.isErr()) return err(fpm.error);
  const contrary = await findContraryDefines(site);
  if (contrary.isErr()) return err(cannotObserve(contrary.error));
  const agents = join(site.path, 'AGENTS.md');
  const agentsText = await readRegularFile(agents);
  const isPrivate = agentsText.isOk() && !readableBy('everyone')({ ...agentsText.value, type: 'file' });
  const hasAgents = agentsText.isOk() && !isPrivate;
  return ok({
    site,
    identity: identity.value,
    fpm: fpm.value,
    agentsFile: hasAgents ? agents : null,
    facts: {
      root: site.path,
      contentDir: site.contentDir,
      muPluginsDir: site.muPluginsDir,
      uploadsDir: site.uploadsDir,
      writable: await writableDirectories(site),
      user: owner.user,
      uid: owner.uid,
      group: owner.group,
      gid: owner.gid,
    },
    warnings: [
      ...site.notes,
      ...contrary.value.map(
        ({ file, line, name, written }) =>
          `${file}:${line} defines ${name} as ${written ?? 'something only PHP can tell'}, which overrides the shared mode: what WordPress writes will be closed to the agent`,
      ),
      ...(isPrivate
        ? [
            `${agents} is left as it is, because not everyone could read it: look whether it is the file that it is called, then make it readable (chmod 0644) and plan again`,
          ]
        : []),
      ...(agentsText.isErr() && agentsText.error.code !== 'NOT_FOUND'
        ? [`AGENTS.md is left as it is: ${agentsText.error.message}`]
        : []),
    ],
  });
}

/**
 * Refuses a directory of the site that lies outside the site and does not belong to WordPress's account.
 *
 * Links and wp-config.php say where these directories are, and WordPress's account can write both: a link to `/etc` would
 * make the recipe change the owner of `/etc`.
 */
async function refuseElsewhere(site: Site): Promise<Result<void, MigrationRefusal>> {
  const { path: root, owner, contentDir, muPluginsDir } = site;
  for (const path of new Set([contentDir, muPluginsDir, ...(await writableDirectories(site))])) {
    if (isAtOrBelow(path, root)) continue;
    const there = await lstat(path).catch(() => null);
    if (there?.isDirectory() === true && there.uid === owner.uid) continue;
    const whose = there === null ? 'is not there' : `belongs to uid ${there.uid}`;
    const message =
      `a link or wp-config.php leads from ${printablePath(root)} to ${printablePath(path)}, which ${whose}: ${owner.user} can change ` +
      'where it leads, so the owner of nothing there is changed';
    // No command: whoever made the link would have the directory given away by it.
    const way = remedy.text(
      `find what leads there (namei -l), and remove a link that does not belong there; a directory of the site's own has to belong to ${owner.user}`,
    );
    return err(refusal('UNTRUSTED_PATH', path, message, way));
  }
  return ok(undefined);
}

async function observeFpm(options: MigrationOptions, site: Site): Promise<Result<FpmFacts | null, MigrationRefusal>> {
  if (site.fpm === null) return ok(null);
  const pools = await findFpmPools();
  if (pools.isErr()) return err(cannotObserve(pools.error));
  const { unit, name } = site.fpm;
  const others = pools.value.filter((pool) => pool.unit === unit && pool.name !== name);
  const otherPools = others.map((pool) => `${pool.name} (${pool.user})`);
  if (others.length > 0 && options.acceptSharedUmask !== true && options.noFpmUmask !== true) {
    const message = `${unit} also serves ${otherPools.join(', ')}: UMask=0002 would make their new files group-writable too`;
    const way = remedy.anyOf(remedy.option('acceptSharedUmask'), remedy.option('noFpmUmask'));
    return err(refusal('SHARED_UMASK', unit, message, way));
  }
  return ok({ unit, pool: name, otherPools });
}

/**
 * The directories both WordPress and the agent go on writing in, as far as they exist and are real directories.
 *
 * wp-content itself and the site root are not among them: a group-writable directory there breaks logrotate and
 * sshd, and nothing needs it.
 */
export async function writableDirectories(site: Site): Promise<readonly string[]> {
  const candidates = [
    site.pluginsDir,
    site.themesDir,
    site.muPluginsDir,
    site.uploadsDir,
    site.languagesDir,
    site.upgradeDir,
  ];
  const found: string[] = [];
  for (const path of new Set(candidates)) {
    const stat = await lstat(path).catch(() => null);
    if (stat?.isDirectory() === true) found.push(path);
  }
  return found;
}

/** Every tree of a site that is WordPress's own: wp-content, and of the directories to share those that lie elsewhere. */
export function ownTrees(contentDir: string, writable: readonly string[]): readonly string[] {
  return [contentDir, ...writable.filter((path) => !path.startsWith(`${contentDir}/`))];
}
