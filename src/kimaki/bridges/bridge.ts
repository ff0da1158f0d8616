import { dirname, resolve } from 'node:path';
import { remedy } from '../../posix/findings/index.js';
import type { Remedy } from '../../posix/findings/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';

/** The bridges that are known. @inline */
export type BridgeName = 'roadie' | 'kimaki' | 'cc-connect' | 'telegram';

/**
 * What tells one bridge from another: the program that connects the agent with a chat. Data only; what all bridges have in
 * common is code in the other rooms. A member is null where the bridge has no such thing.
 */
export interface Bridge {
  /** The name in labels (`bridge:NAME`). */
  readonly name: BridgeName;
  /** The name in sentences. */
  readonly title: string;
  /** The command. */
  readonly program: string;
  /** The npm package that has the command. */
  readonly package: string;
  /** Where the installer puts the command, besides the system's directories of programs. */
  readonly programDir: string | null;
  /** The unit of the default instance. */
  readonly unit: string;
  /** What the names of other instances' units begin with: `kimaki-` in `kimaki-INSTANCE.service`. */
  readonly instancePrefix: string | null;
  /** The data directory below HOME where neither argument nor variable names one. */
  readonly dataDirName: string;
  /** The database in the data directory. */
  readonly database: string | null;
  /** Entries of HOME that belong to it, besides the data directory. */
  readonly state: readonly string[];
  /** The environment variables of the unit that it reads. */
  readonly variables: {
    readonly dataDir: string | null;
    readonly lockPort: string | null;
    /** Variables whose value is the path of a file with a secret. */
    readonly secretFiles: RegExp | null;
    /** Variables whose value is the path of another file that it reads, or several with commas between. */
    readonly files: readonly string[];
    /** Names the file with the token by which `send` is let in; where it has one, `send` needs no data directory. */
    readonly sendTokenFile: string | null;
  };
  /** The TCP port that a running instance holds where the variable names none, see {@link lockPortOf}. */
  readonly port: { readonly standard: number; readonly others: number } | null;
  /** The path on that port which tells, without authentication, that it is well. */
  readonly healthPath: string | null;
  /** The argument that keeps it from upgrading itself, where it does that. */
  readonly noUpgrade: string | null;
  /** What is not known about it, as a sentence. An install is migrated only where nothing is missing. */
  readonly unknown: string | null;
}

/**
 * Roadie, the bridge to Discord that the installer sets up today.
 *
 * Source: `bridges/roadie.sh` of the public repository Extra-Chill/wp-coding-agents; `cli/src/config.ts`, `bin.ts`,
 * `remote-send.ts` and `hrana-server.ts` of Extra-Chill/roadie; `cli/src/store.ts` of remorses/subrouter, which keeps accounts.
 */
export const ROADIE = {
  name: 'roadie',
  title: 'Roadie',
  program: 'roadie',
  package: '@extrachill/roadie',
  programDir: '/usr/local/lib/wp-coding-agents/roadie/bin',
  unit: 'roadie.service',
  instancePrefix: 'roadie-',
  dataDirName: '.roadie',
  database: 'discord-sessions.db',
  state: ['.subrouter'],
  variables: {
    dataDir: 'ROADIE_DATA_DIR',
    lockPort: 'ROADIE_LOCK_PORT',
    secretFiles: /^ROADIE_[A-Z0-9_]+_FILE$/,
    files: ['ROADIE_PROMPT_CONFIG', 'ROADIE_PLUGINS'],
    sendTokenFile: 'ROADIE_SERVICE_TOKEN_FILE',
  },
  port: { standard: 29988, others: 12_000 },
  healthPath: '/health',
  noUpgrade: null,
  unknown: null,
} as const satisfies Bridge;

/**
 * kimaki, the bridge to Discord that Roadie has replaced.
 *
 * Source: `cli/src/config.ts` of the public repository remorses/kimaki; `bridges/kimaki.sh` of Extra-Chill/wp-coding-agents.
 */
export const KIMAKI = {
  name: 'kimaki',
  title: 'kimaki',
  program: 'kimaki',
  package: 'kimaki',
  programDir: null,
  unit: 'kimaki.service',
  instancePrefix: 'kimaki-',
  dataDirName: '.kimaki',
  database: 'discord-sessions.db',
  state: [],
  variables: {
    dataDir: 'KIMAKI_DATA_DIR',
    lockPort: 'KIMAKI_LOCK_PORT',
    secretFiles: null,
    files: [],
    sendTokenFile: null,
  },
  port: { standard: 29988, others: 30_000 },
  healthPath: null,
  noUpgrade: '--no-auto-upgrade',
  unknown: null,
} as const satisfies Bridge;

const NO_VARIABLES = {
  dataDir: null,
  lockPort: null,
  secretFiles: null,
  files: [],
  sendTokenFile: null,
} as const;

/** cc-connect. Source: `bridges/cc-connect.sh` of the public repository Extra-Chill/wp-coding-agents. */
export const CC_CONNECT = {
  name: 'cc-connect',
  title: 'cc-connect',
  program: 'cc-connect',
  package: 'cc-connect',
  programDir: null,
  unit: 'cc-connect.service',
  instancePrefix: null,
  dataDirName: '.cc-connect',
  database: null,
  state: [],
  variables: NO_VARIABLES,
  port: null,
  healthPath: null,
  noUpgrade: null,
  unknown:
    'how cc-connect finds its config.toml, which names directories of its own choice, and how "send" reaches the running service',
} as const satisfies Bridge;

/**
 * The Telegram bot; its unit requires `opencode-serve.service`. Source: `bridges/telegram.sh` of
 * Extra-Chill/wp-coding-agents.
 */
export const TELEGRAM = {
  name: 'telegram',
  title: 'the Telegram bot',
  program: 'opencode-telegram',
  package: '@grinev/opencode-telegram-bot',
  programDir: null,
  unit: 'opencode-telegram.service',
  instancePrefix: null,
  dataDirName: '.config/opencode-telegram-bot',
  database: null,
  state: ['.config/opencode-serve.env'],
  variables: NO_VARIABLES,
  port: null,
  healthPath: null,
  noUpgrade: null,
  unknown:
    'what the bot keeps besides its .env file, and how to see that it and opencode-serve.service, which it requires, work together again',
} as const satisfies Bridge;

/** Every bridge, the one that installers set up today first. */
export const BRIDGES: readonly Bridge[] = [ROADIE, KIMAKI, CC_CONNECT, TELEGRAM];

/** The bridge of a name. */
export function bridgeNamed(name: BridgeName): Bridge {
  return BRIDGES.find((bridge) => bridge.name === name) ?? KIMAKI;
}

/** A PATH on which its command is found: the installer's directory first, then the system's. */
export function programPath({ programDir }: Bridge): string {
  return programDir === null ? TRUSTED_PATH : `${programDir}:${TRUSTED_PATH}`;
}

/** The command with which root installs its package where every account can execute it. */
export function installRemedy({ programDir, package: name }: Bridge): Remedy {
  const prefix = programDir === null ? '/usr' : dirname(programDir);
  return remedy.command('npm', 'install', '--global', '--prefix', prefix, name);
}

/** The patterns of `systemctl list-units` that match every instance of every bridge. */
export function unitPatterns(): readonly string[] {
  return BRIDGES.flatMap(({ unit, instancePrefix }) => [
    unit,
    ...(instancePrefix === null ? [] : [`${instancePrefix}*.service`]),
  ]);
}

/** The label of the channel entry of an instance; `''` is the default instance. */
export function channelLabel({ name }: Bridge, instance: string): string {
  return instance === '' ? `bridge:${name}` : `bridge:${name}-${instance}`;
}

/** What decides on which port an instance listens. */
export interface LockPortFacts {
  /** HOME as the instance has it. */
  readonly home: string;
  readonly dataDir: string;
  /** The bridge's variable; one that is no port is ignored. */
  readonly variable?: string | undefined;
  /** Its arguments: units of old installers have `--lock-port N`. */
  readonly args?: readonly string[];
}

/**
 * The TCP port that an instance holds while it runs, so that no second one does; null for a bridge that holds none. Pure.
 *
 * The variable where it is a port, else the standard one for the data directory below HOME, else one that is made of the data
 * directory's path. So the port changes with the home.
 *
 * Source: `getLockPort()` in `cli/src/config.ts` of remorses/kimaki and Extra-Chill/roadie.
 */
export function lockPortOf(
  { port, dataDirName }: Bridge,
  { home, dataDir, variable = '', args = [] }: LockPortFacts,
): number | null {
  if (port === null) return null;
  // Taken as JavaScript takes a number from the front of a text.
  const named = portOf(Number.parseInt(variable, 10)) ?? portOf(Number.parseInt(lockPortArgument(args), 10));
  if (named !== null) return named;
  const directory = resolve(dataDir);
  if (directory === resolve(home, dataDirName)) return port.standard;
  let hash = 0;
  for (let at = 0; at < directory.length; at += 1) hash = (hash * 31 + directory.charCodeAt(at)) | 0;
  return port.others + (Math.abs(hash) % 10_000);
}

/**
 * The port that an instance will hold with another home and data directory: the same where its unit names one, else what
 * follows from the directory. Pure.
 */
export function lockPortAfter(
  instance: {
    readonly bridge: BridgeName;
    readonly environment: Readonly<Record<string, string>>;
    readonly args: readonly string[];
  },
  after: { readonly home: string; readonly dataDir: string },
): number | null {
  const bridge = bridgeNamed(instance.bridge);
  const variable = instance.environment[bridge.variables.lockPort ?? ''];
  return lockPortOf(bridge, { ...after, args: instance.args, variable });
}

function portOf(value: number): number | null {
  return value >= 1 && value <= 65_535 ? value : null;
}

function lockPortArgument(args: readonly string[]): string {
  const at = args.findIndex((arg) => arg === '--lock-port' || arg.startsWith('--lock-port='));
  return at === -1 ? '' : (args[at]?.split('=')[1] ?? args[at + 1] ?? '');
}
