import { readdir, stat } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../posix/findings/index.js';
import { join } from 'node:path';
import { credentialName } from '../../kimaki/state/index.js';
import { checkServiceUser, lookupIdentity, privilegedGroups } from '../../posix/accounts/index.js';
import { octalMode, printablePath } from '../../posix/paths/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { SiteFacts, TargetFacts } from './facts.js';
import { DEFAULT_SERVICE_USER } from './options.js';
import type { MigrationOptions } from './options.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** The account that is to run the service. */
export type Target = {
  readonly facts: TargetFacts;
  /** Null while the account does not exist. */
  readonly identity: Identity | null;
  /** The same, or a stand-in with the rights it will have, so that what will be closed to it is known before it exists. */
  readonly likely: Identity;
  /** Name of the primary group. */
  readonly group: string;
  readonly warnings: readonly string[];
};

/** Homes that no account has for itself. */
const NO_HOMES = new Set(['/', '/nonexistent', '/root', '/var/www', '/dev/null', '/home']);

/** Looks the account up and refuses one that cannot be a service user. */
export async function observeTarget(
  options: MigrationOptions,
  site: SiteFacts,
): Promise<Result<Target, MigrationRefusal>> {
  const name = options.user ?? DEFAULT_SERVICE_USER;
  const looked = await lookupIdentity(name);
  if (looked.isErr()) {
    if (looked.error.code === 'INVALID_USER_NAME')
      return err(refusal('TARGET_UNUSABLE', name, looked.error.message, remedy.option('user')));
    if (looked.error.code !== 'USER_NOT_FOUND') return err(cannotObserve(looked.error));
    if (options.createUser !== true) {
      return err(
        refusal(
          'TARGET_MISSING',
          name,
          `there is no user ${printablePath(name)}`,
          remedy.anyOf(remedy.option('createUser'), remedy.option('user')),
        ),
      );
    }
    const made = missing(name, site);
    const { home, shell } = made.facts;
    const free = await checkServiceUser({ name, home, shell, groups: [site.group] });
    if (free.isErr()) {
      const way = remedy.anyOf(remedy.text('look whose that is, rename it, and plan again'), remedy.option('user'));
      return err(refusal('TARGET_UNUSABLE', name, free.error.message, way));
    }
    return ok(made);
  }
  const identity = looked.value;
  const unfit = unfitTarget(identity, site);
  if (unfit !== null) return err(unfit);
  const { user, group, groups } = identity;
  const home = await stat(user.home).catch(() => null);
  if (home?.isDirectory() !== true) {
    return err(
      refusal(
        'TARGET_UNUSABLE',
        user.name,
        `the home of ${user.name}, ${printablePath(user.home)}, does not exist`,
        remedy.command('install', '-d', '-m', '0750', '-o', user.name, '-g', group.name, user.home),
      ),
    );
  }
  if (home.uid !== user.uid) {
    return err(
      refusal(
        'TARGET_UNUSABLE',
        user.home,
        `${printablePath(user.home)}, the home of ${user.name}, belongs to uid ${home.uid}`,
        remedy.text(`look who uses it, and let ${user.name} own it or give it another home`),
      ),
    );
  }
  const names = await readdir(user.home).catch(() => []);
  const warnings = privilegedGroups(identity).map(
    ({ group: privileged, why }) => `${user.name} is in the group ${privileged}: ${why}`,
  );
  return ok({
    identity,
    likely: identity,
    group: group.name,
    warnings,
    facts: {
      name: user.name,
      uid: user.uid,
      gid: group.gid,
      home: user.home,
      homeMode: octalMode(home.mode),
      shell: user.shell,
      groups: groups.map((each) => each.name),
      keptEntries: names.filter(credentialName).sort(),
    },
  });
}

/** Why an account cannot be the service user, by what the databases of accounts say of it. Pure. */
export function unfitTarget(identity: Identity, site: Pick<SiteFacts, 'group' | 'gid'>): MigrationRefusal | null {
  const { user, group, groups } = identity;
  if (user.uid === 0 || group.gid === 0) {
    return refusal(
      'TARGET_IS_ROOT',
      user.name,
      `${user.name} is uid ${user.uid}, gid ${group.gid}, which has the rights of root; an unprivileged user is wanted`,
      remedy.option('user'),
    );
  }
  if (!groups.some(({ gid }) => gid === site.gid)) {
    return refusal(
      'TARGET_UNUSABLE',
      user.name,
      `${user.name} is not in the group ${site.group} of the site, so WordPress and the agent could not share files`,
      remedy.command('usermod', '-aG', site.group, user.name),
    );
  }
  if (!user.home.startsWith('/') || NO_HOMES.has(user.home.replace(/(.)\/+$/, '$1'))) {
    return refusal(
      'TARGET_UNUSABLE',
      user.name,
      `the home of ${user.name} is ${printablePath(user.home)}, which cannot hold its state`,
      remedy.text('give the account a home of its own'),
    );
  }
  return null;
}

/** The overflow uid: it owns nothing. */
const NOBODY = 65534;

function missing(name: string, site: SiteFacts): Target {
  const group = { name, gid: NOBODY, members: [] };
  const user = { name, uid: NOBODY, gid: NOBODY, home: join('/home', name), shell: '/bin/bash' };
  return {
    identity: null,
    likely: { user, group, groups: [group, { name: site.group, gid: site.gid, members: [name] }] },
    group: name,
    warnings: [],
    facts: {
      name,
      uid: null,
      gid: null,
      home: join('/home', name),
      homeMode: null,
      shell: '/bin/bash',
      groups: [name, site.group],
      keptEntries: [],
    },
  };
}
