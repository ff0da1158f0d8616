import { readdir, stat } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { join } from 'node:path';
import { credentialName } from '../../kimaki/state/index.js';
import { lookupIdentity, privilegedGroups } from '../../posix/accounts/index.js';
import { octalMode, printablePath } from '../../posix/paths/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { SiteFacts, TargetFacts } from './facts.js';
import { DEFAULT_SERVICE_USER } from './options.js';
import type { MigrationOptions } from './options.js';
import { cannotObserve, refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** The account the service goes to. */
export type Target = {
  readonly facts: TargetFacts;
  /** Null while the account is still to be made. */
  readonly identity: Identity | null;
  /** The same, or an account with the rights it will have: what will be closed to it is told before it is made. */
  readonly likely: Identity;
  /** Name of the primary group. */
  readonly group: string;
  readonly warnings: readonly string[];
};

/** Homes that belong to nobody, or to everybody. */
const NO_HOMES = new Set(['/', '/nonexistent', '/root', '/var/www', '/dev/null', '/home']);

/** Looks the account up and refuses one that cannot be a service user. */
export async function observeTarget(
  options: MigrationOptions,
  site: SiteFacts,
): Promise<Result<Target, MigrationRefusal>> {
  const name = options.user ?? DEFAULT_SERVICE_USER;
  const looked = await lookupIdentity(name);
  if (looked.isErr()) {
    if (looked.error.code === 'INVALID_USER_NAME') return err(refusal('TARGET_UNUSABLE', looked.error.message));
    if (looked.error.code !== 'USER_NOT_FOUND') return err(cannotObserve(looked.error));
    if (options.createUser !== true) {
      return err(
        refusal(
          'TARGET_MISSING',
          `there is no user ${printablePath(name)}; name another with --user, or have it made with --create-user`,
        ),
      );
    }
    return ok(missing(name, site));
  }
  const identity = looked.value;
  const { user, group, groups } = identity;
  if (user.uid === 0 || group.gid === 0) {
    return err(
      refusal(
        'TARGET_IS_ROOT',
        `${user.name} is uid ${user.uid}, gid ${group.gid}: moving to root is no migration; name an unprivileged user with --user`,
      ),
    );
  }
  if (!groups.some(({ gid }) => gid === site.gid)) {
    return err(
      refusal(
        'TARGET_UNUSABLE',
        `${user.name} is not in the group ${site.group} of the site, so WordPress and the agent could not share files; add it with: usermod -aG ${site.group} ${user.name}`,
      ),
    );
  }
  if (!user.home.startsWith('/') || NO_HOMES.has(user.home.replace(/(.)\/+$/, '$1'))) {
    return err(
      refusal(
        'TARGET_UNUSABLE',
        `the home of ${user.name} is ${printablePath(user.home)}, which cannot hold its state; give the account a home of its own`,
      ),
    );
  }
  const home = await stat(user.home).catch(() => null);
  if (home?.isDirectory() !== true) {
    return err(
      refusal(
        'TARGET_UNUSABLE',
        `the home of ${user.name}, ${printablePath(user.home)}, is not there; make it (0750, owned by ${user.name}) and run again`,
      ),
    );
  }
  if (home.uid !== user.uid) {
    return err(
      refusal(
        'TARGET_UNUSABLE',
        `${printablePath(user.home)} belongs to uid ${home.uid}, not to ${user.name}; see whose it is and give it back`,
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

/** The overflow uid: nothing is given to it on purpose. */
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
