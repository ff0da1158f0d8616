import { remedy } from '../../posix/findings/index.js';
import type { Remedy } from '../../posix/findings/index.js';
import { firstFew } from '../../posix/paths/index.js';
import type { Bridge } from '../bridges/index.js';

/** What is known of the abilities of the service as it runs now; `null` means not known. */
export interface AbilityFacts {
  readonly bridge: Bridge;
  readonly oldUser: string;
  readonly newUser: string;
  /** Home of the old account, from passwd: where ssh looks, whatever HOME says. */
  readonly oldHome: string;
  /** Paths relative to `oldHome` that exist there (see `ABILITY_PATHS`). */
  readonly present: readonly string[];
  /** Paths relative to `oldHome` that move to the new home, so nothing is lost with them. */
  readonly moved: readonly string[];
  /** The old account has a crontab. */
  readonly crontab: boolean;
  /** There is a docker socket on this host. */
  readonly docker: boolean;
  /** Names of every group of the new user. */
  readonly newGroups: readonly string[];
  readonly lockPort: number | null;
  /** May the new user write where `npm i -g` installs. */
  readonly npmPrefixWritable: boolean | null;
  /** Where that is. */
  readonly npmPrefix: string;
  /** The unit keeps the bridge from upgrading itself, or it never does. */
  readonly autoUpgradeOff: boolean;
  /** Paths of the old user's leftovers in /tmp, /var/tmp, /run and logs that the new one cannot write. */
  readonly leftovers: readonly string[];
  /** The unit, or php-fpm's, may not gain privileges: nothing that goes through sudo works from inside. */
  readonly noNewPrivileges: boolean;
  /** The unit that the new user may restart by a sudo rule. */
  readonly mayRestart?: string;
}

/** One ability that the agent loses with the change of user. */
export interface LostAbility {
  readonly id:
    | 'ssh-keys'
    | 'known-hosts'
    | 'github-cli'
    | 'git-settings'
    | 'npm-registry'
    | 'composer'
    | 'registry-login'
    | 'crontab'
    | 'systemctl'
    | 'packages'
    | 'low-port'
    | 'docker'
    | 'self-upgrade'
    | 'leftovers'
    | 'sudo';
  /** What it is, in one clause. */
  readonly what: string;
  /** Why it may be in use. */
  readonly because: string;
  /** What the operator can do about it. */
  readonly remedy: Remedy;
}

/** What {@link lostAbilities} wants to know about, relative to the old account's home. */
export const ABILITY_PATHS: readonly string[] = [
  '.ssh/id_rsa',
  '.ssh/id_ed25519',
  '.ssh/id_ecdsa',
  '.ssh/id_dsa',
  '.ssh/config',
  '.ssh/known_hosts',
  '.config/gh/hosts.yml',
  '.gitconfig',
  '.git-credentials',
  '.npmrc',
  '.config/composer/auth.json',
  '.composer/auth.json',
  '.docker/config.json',
  '.netrc',
];

/**
 * Lists the abilities that the agent loses with the change of user, each with its evidence and what to do; pure.
 *
 * It judges from the facts given and finds nothing by itself: a key under another name, or a tool that keeps its
 * login elsewhere, is not known. What root can always do and a service user never (`systemctl`, `apt`) is always
 * listed when the old user is root.
 */
export function lostAbilities(facts: AbilityFacts): readonly LostAbility[] {
  const { oldUser, newUser, oldHome, lockPort, bridge } = facts;
  const variable = bridge.variables.lockPort ?? 'its port';
  const lost: LostAbility[] = [];
  const add = (id: LostAbility['id'], what: string, because: string, way: string | Remedy): void => {
    lost.push({ id, what, because, remedy: typeof way === 'string' ? remedy.text(way) : way });
  };
  const kept = (path: string): boolean => facts.moved.some((moved) => path === moved || path.startsWith(`${moved}/`));
  const gone = (...names: readonly string[]): string[] =>
    facts.present.filter((path) => names.some((name) => path === name || path.startsWith(`${name}/`)) && !kept(path));
  const paths = (found: readonly string[]): string => found.map((path) => `${oldHome}/${path}`).join(', ');

  const keys = facts.present.filter((path) =>
    /^\.ssh\/(?!known_hosts|config$|authorized_keys).*(?<!\.pub)$/.test(path),
  );
  if (keys.length > 0) {
    add(
      'ssh-keys',
      `git and ssh with the keys of ${oldUser}`,
      `${paths(keys)} (ssh takes the home from passwd, not from HOME)`,
      `give ${newUser} a deploy key of its own`,
    );
  }
  const hosts = gone('.ssh/known_hosts', '.ssh/config');
  if (hosts.length > 0) {
    add(
      'known-hosts',
      'the host keys and host aliases ssh knows',
      paths(hosts),
      `copy the lines that are needed into ${newUser}'s ~/.ssh`,
    );
  }
  const forge = gone('.config/gh');
  if (forge.length > 0)
    add(
      'github-cli',
      'the login of gh',
      paths(forge),
      remedy.anyOf(remedy.text(`run gh auth login as ${newUser}`), remedy.option('posture', 'engineering')),
    );
  const git = gone('.gitconfig', '.git-credentials', '.netrc');
  if (git.length > 0)
    add(
      'git-settings',
      'git name, settings and stored passwords',
      paths(git),
      remedy.anyOf(remedy.text(`set them for ${newUser}`), remedy.option('posture', 'engineering')),
    );
  const npm = gone('.npmrc');
  if (npm.length > 0)
    add('npm-registry', 'the npm settings and tokens', paths(npm), `give ${newUser} a token of its own`);
  const composer = gone('.config/composer', '.composer');
  if (composer.length > 0)
    add('composer', 'the composer tokens', paths(composer), `run composer config --global --auth as ${newUser}`);
  const registry = gone('.docker');
  if (registry.length > 0)
    add(
      'registry-login',
      'the logins of container registries',
      paths(registry),
      `log in as ${newUser} if it needs them`,
    );
  if (facts.crontab) {
    add(
      'crontab',
      `the crontab of ${oldUser}`,
      `crontab -l -u ${oldUser} is not empty`,
      `move jobs of the agent to ${newUser}'s crontab; the others must not write into the site`,
    );
  }
  if (oldUser === 'root') {
    add(
      'systemctl',
      facts.mayRestart === undefined
        ? 'systemctl on system units'
        : `systemctl on system units, except for systemctl restart ${facts.mayRestart} through sudo`,
      'only root may',
      facts.mayRestart === undefined
        ? remedy.anyOf(remedy.text('let the operator do it'), remedy.option('allowRestart'))
        : 'let the operator do it',
    );
    add('packages', 'apt and other changes of the system', 'only root may', 'let the operator do it');
    if (lockPort !== null && lockPort < 1024) {
      add(
        'low-port',
        `listening on port ${lockPort}`,
        `${variable} is ${lockPort}, and only root may listen on ports below 1024`,
        `set ${variable} to a port above 1023, or AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit`,
      );
    }
    if (facts.docker && !facts.newGroups.includes('docker')) {
      add(
        'docker',
        'docker',
        `${newUser} is not in the group docker`,
        'keep it so: who may use docker is root on this host',
      );
    }
  }
  if (facts.npmPrefixWritable !== true && !facts.autoUpgradeOff) {
    add(
      'self-upgrade',
      `${bridge.title}'s own upgrade`,
      `it runs npm i -g at start and ${newUser} may not write ${facts.npmPrefix}; the failure is not shown`,
      remedy.anyOf(
        remedy.text(`add ${bridge.noUpgrade ?? ''} to ExecStart and upgrade as root`),
        remedy.option('ownPrefix'),
      ),
    );
  }
  if (facts.leftovers.length > 0) {
    add(
      'leftovers',
      `writing files that ${oldUser} left behind`,
      firstFew(facts.leftovers, 5),
      `remove them or give them to ${newUser} while the service is stopped`,
    );
  }
  if (facts.noNewPrivileges) {
    add(
      'sudo',
      'sudo from inside the service',
      'the unit sets NoNewPrivileges=yes or something that implies it',
      'remove the setting if the agent must use the sudo hop itself',
    );
  }
  return lost;
}
