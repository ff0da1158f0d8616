import { KIMAKI, bridgeOfUnit } from '../bridges/index.js';
import type { Bridge } from '../bridges/index.js';
import type { Remedy } from '../../posix/findings/index.js';
import { migrationRemedy } from './migrationRemedy.js';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import { DEFAULT_SERVICE_ACCOUNT } from './serviceIdentity.js';
import type {
  IdentityAccount,
  InstalledIdentity,
  ServiceIdentity,
  ServiceIdentityFacts,
  ServiceIdentityRefused,
} from './serviceIdentity.js';

const ROOT: IdentityAccount = { name: 'root', uid: 0, home: '/root' };

/**
 * Decides which account an installer sets the service up for; `detectServiceIdentity` describes the order. Pure.
 */
export function decideServiceIdentity(facts: ServiceIdentityFacts): Result<ServiceIdentity, ServiceIdentityRefused> {
  return choose(facts).andThen(({ account, home, dataDir, source, warnings, remedy, bridge }) =>
    givenDataDir(facts.env, bridge ?? KIMAKI).map((given) => ({
      serviceUser: account.name,
      serviceHome: home,
      runAsRoot: account.uid === 0,
      dataDir: given ?? dataDir,
      source,
      ...(bridge === undefined ? {} : { bridge: bridge.name }),
      warnings: [...oddValues(facts.env), ...warnings],
      ...(remedy === undefined ? {} : { remedy }),
    })),
  );
}

/** The data directory that the environment names, or null. */
function givenDataDir(
  env: ServiceIdentityFacts['env'],
  { variables }: Bridge,
): Result<string | null, ServiceIdentityRefused> {
  const name = variables.dataDir;
  const given = name === null ? undefined : env[name];
  if (name === null || given === undefined || given === '') return ok(null);
  const path = printablePath(given).slice(0, 200);
  if (!given.startsWith('/')) {
    const message = `${name} is "${path}", which is not absolute; give the path from /`;
    return err({ code: 'RELATIVE_PATH', message, path });
  }
  if (given.includes('\ufffd')) {
    const message = `${name} is not valid UTF-8 ("${path}"); give a path in UTF-8`;
    return err({ code: 'PATH_NOT_UTF8', message, path });
  }
  return ok(given);
}

interface Choice {
  readonly account: Pick<IdentityAccount, 'name' | 'uid'>;
  readonly home: string;
  readonly dataDir: string;
  readonly source: ServiceIdentity['source'];
  readonly warnings: readonly string[];
  readonly remedy?: Remedy;
  /** Of the installed unit that decided. */
  readonly bridge?: Bridge;
}

function choose(facts: ServiceIdentityFacts): Result<Choice, ServiceIdentityRefused> {
  const { env, fresh, invoker, installed } = facts;
  if (env.LOCAL_MODE === 'true') {
    const warnings =
      invoker.uid === 0
        ? [`LOCAL_MODE=true: the service will run as root, since this runs as root. ${WHAT_ROOT_MEANS}`]
        : [];
    return ok(chosen(invoker, 'local-mode', warnings));
  }
  if (env.RUN_AS_ROOT === 'true') {
    const unprivileged = installed.find((one) => !isRoot(one));
    const flips =
      unprivileged === undefined
        ? ''
        : ` The installed ${unprivileged.unit} runs as ${unprivileged.user}; a unit rendered for root takes it back to root.`;
    return ok(
      chosen(ROOT, 'run-as-root', [`RUN_AS_ROOT=true: the service will run as root. ${WHAT_ROOT_MEANS}${flips}`]),
    );
  }
  if (!fresh && installed.length > 0) return adopt(installed);
  return standard(facts);
}

const WHAT_ROOT_MEANS =
  'Everything the agent does is then done as root, and WordPress can neither update nor remove the files it writes.';

/** Keeps the installed account: a new one in the unit alone would leave the state with the old one. */
function adopt(installed: readonly InstalledIdentity[]): Result<Choice, ServiceIdentityRefused> {
  const plain = installed.find(({ unit }) => bridgeOfUnit(unit)?.instance === '');
  const one = plain ?? installed[0];
  const others = installed.filter((other) => other !== one && other.user !== one?.user);
  if (one === undefined || (plain === undefined && others.length > 0)) {
    const units = installed.map(({ unit }) => unit);
    const shown = installed.map(({ unit, user }) => `${unit} (${user})`).join(', ');
    const message = `several instances run as different accounts: ${shown}; set up each from its own unit, or ask for a fresh identity`;
    return err({ code: 'SEVERAL_IDENTITIES', message, units });
  }
  const account = one.account ?? (isRoot(one) ? ROOT : { name: one.user, uid: NaN, home: `/home/${one.user}` });
  const home = one.home ?? account.home;
  const rootWarning = `${one.unit} runs as root, and that is kept. ${WHAT_ROOT_MEANS} It can be moved to an account of its own.`;
  const bridge = bridgeOfUnit(one.unit)?.bridge ?? KIMAKI;
  return ok({
    account,
    home,
    dataDir: one.dataDirSource === 'default' ? `${home}/${bridge.dataDirName}` : one.dataDir,
    source: 'unit',
    bridge,
    ...(isRoot(one) ? { remedy: migrationRemedy(one) } : {}),
    warnings: [
      ...(isRoot(one) ? [rootWarning] : []),
      ...(isRoot(one) && home !== account.home
        ? [
            `${one.unit} runs as root with HOME=${printablePath(home)}, the home of another account: it leaves root-owned files there`,
          ]
        : []),
      ...(one.account === null && !isRoot(one)
        ? [`${one.unit} has User=${one.user}, and there is no such account: it cannot start`]
        : []),
      ...others.map(({ unit, user }) => `${unit} runs as ${user}; the identity given here is that of ${one.unit}`),
    ],
  });
}

function standard({ standard: account }: ServiceIdentityFacts): Result<Choice, ServiceIdentityRefused> {
  const name = DEFAULT_SERVICE_ACCOUNT;
  if (account === null) {
    const home = `/home/${name}`;
    const warning = `there is no account ${name}: create it before the unit, with a home and in the site's group`;
    return ok({
      account: { name, uid: NaN },
      home,
      dataDir: `${home}/${KIMAKI.dataDirName}`,
      source: 'default',
      warnings: [warning],
    });
  }
  if (account.uid === 0) {
    const message = `the account ${name} has uid 0, which is root; give it a uid of its own, or set RUN_AS_ROOT=true to run as root`;
    return err({ code: 'UNUSABLE_ACCOUNT', message, user: name });
  }
  return ok(chosen(account, 'default', []));
}

function chosen(account: IdentityAccount, source: Choice['source'], warnings: readonly string[]): Choice {
  return {
    account,
    home: account.home,
    dataDir: `${account.home === '/' ? '' : account.home}/${KIMAKI.dataDirName}`,
    source,
    warnings,
  };
}

function isRoot({ user, account }: InstalledIdentity): boolean {
  return account === null ? user === 'root' : account.uid === 0;
}

/** `RUN_AS_ROOT=1` does not mean root. Whoever wrote it is told so. */
function oddValues(env: ServiceIdentityFacts['env']): readonly string[] {
  return ['LOCAL_MODE', 'RUN_AS_ROOT'].flatMap((name) => {
    const value = env[name];
    if (value === undefined || ['', 'true', 'false', '0', 'no'].includes(value)) return [];
    return [`${name}=${printablePath(value).slice(0, 40)} has no effect; only ${name}=true does`];
  });
}
