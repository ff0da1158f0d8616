import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { KimakiInstance } from '../../../kimaki/instance/index.js';
import { explainAccess } from '../../../posix/access/index.js';
import type { Identity } from '../../../posix/accounts/index.js';
import { remedy } from '../../../posix/findings/index.js';
import { printablePath } from '../../../posix/paths/index.js';
import type { Site } from '../../../wordpress/site/index.js';
import { probeSiteDirectories } from '../../../wordpress/probes/index.js';
import { wpCli } from '../../../wordpress/wpcli/index.js';
import { cannotObserve, refusal } from '../../host/index.js';
import type { MigrationRefusal, Target } from '../../host/index.js';
import { checkBinary, databasesBelow } from '../../proof/index.js';

/** What will be run, and by whom. */
type Asked = {
  readonly instance: KimakiInstance;
  readonly site: Site;
  readonly web: Identity;
  readonly target: Target;
};

/**
 * Refuses where a program that the last verification runs does not work as the account that will run it: the bridge's own,
 * WP-CLI, and WordPress itself as the agent. The bridge's program gets a home of its own for that, which is removed again.
 */
export async function refusePrograms({ instance, site, web, target }: Asked): Promise<Result<void, MigrationRefusal>> {
  const { identity: agent } = target;
  const accounts = agent === null ? [web] : [web, agent];
  const failed = (await checkBinary(instance, accounts)).find((one) => one.ok === false);
  if (failed !== undefined) {
    const way = failed.remedy ?? remedy.text('repair the program, and plan again');
    return err(refusal('BINARY_UNREACHABLE', failed.subject, failed.detail, way));
  }
  if (agent === null) return readsConfig(site, target.likely);
  const loaded = await probeSiteDirectories(site, agent);
  if (loaded.isErr()) return err(noWordPress(agent, site, loaded.error.message));
  // Only what needs no WordPress: a command could look for updates and note what it found.
  const wp = await wpCli(site, agent, ['--version']);
  if (wp.isErr())
    return wp.error.code === 'WP_MISSING' ? ok(undefined) : err(noWordPress(agent, site, wp.error.message));
  if (wp.value.exitCode === 0) return ok(undefined);
  const said = wp.value.stderr.trim().split('\n')[0] ?? '';
  return err(
    noWordPress(
      agent,
      site,
      `wp --version as ${agent.user.name} ends with ${wp.value.exitCode ?? 'a signal'}: ${said}`,
    ),
  );
}

/** An account that does not exist yet cannot be asked, but what it will not be able to read is known. */
async function readsConfig({ configPath }: Site, agent: Identity): Promise<Result<void, MigrationRefusal>> {
  if (configPath === null) return ok(undefined);
  const read = await explainAccess(configPath, agent, 'read');
  if (read.isErr()) return err(cannotObserve(read.error));
  const { allowed, blockedAt } = read.value;
  if (allowed) return ok(undefined);
  const { name } = agent.user;
  const message = `${name} could not read ${printablePath(configPath)}, so wp would not run: refused at ${blockedAt?.path ?? configPath}`;
  return err(
    refusal('FAILS_AS_AGENT', configPath, message, remedy.text(`let the group of the site read it, and plan again`)),
  );
}

function noWordPress({ user }: Identity, { path }: Site, message: string): MigrationRefusal {
  const way = remedy.text(`let ${user.name} read what the message names, and plan again`);
  return refusal('FAILS_AS_AGENT', path, `${message}; the agent uses wp, which loads WordPress as ${user.name}`, way);
}

/** Refuses state with a damaged database, which would look as if the migration had damaged it. */
export async function refuseDatabases(roots: readonly string[]): Promise<Result<void, MigrationRefusal>> {
  const damaged = (await databasesBelow([...new Set(roots)])).find((one) => one.ok === false);
  if (damaged === undefined) return ok(undefined);
  const way = remedy.text('restore it from a backup, or repair it (sqlite3 FILE .recover), and plan again');
  return err(refusal('STATE_UNUSABLE', damaged.subject, `a database of the state is damaged: ${damaged.detail}`, way));
}
