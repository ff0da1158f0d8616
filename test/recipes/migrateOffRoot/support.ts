import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CHANNEL,
  CHANNELS,
  FLOW,
  NEW_DATA_DIR,
  SITE,
  bootHost,
  installPackage,
  listJobs,
  treeSnapshot,
} from '../../lab/index.js';
import type { BootOptions, Host, RunOptions, TreeSnapshot } from '../../lab/index.js';

export { CHANNELS };

/** What a finished command left. */
export type Finished = Awaited<ReturnType<Host['run']>>;

export const MINUTE = 60_000;
export const CONTENT = `${SITE}/wp-content`;
export const STATE_DIR = '/var/lib/wca';

/** Everything `apply` and `verify` can be asked to prove. */
export const PROVE_ALL = [
  '--flow',
  FLOW,
  '--wait-scheduled',
  '120',
  '--probe-channel',
  CHANNEL,
  '--probe-update',
] as const;

/** A migration without questions and without a long hold, for tests that look at something else. */
export const QUICK_APPLY = ['apply', '--json', '--yes', '--hold', '1'] as const;

/** A booted host in the broken state with the package installed. */
export async function brokenHost(options?: BootOptions): Promise<Host> {
  const host = await bootHost(options);
  try {
    await installPackage(host);
  } catch (error) {
    await host.down();
    throw error;
  }
  return host;
}

/** Runs `wca migrate-off-root …`; any exit status is a result. Where a job failed, what is known of it follows on stderr. */
export async function migrate(host: Host, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const result = await host.run(['wca', 'migrate-off-root', ...args], { timeoutMs: 15 * MINUTE, ...options });
  if (!/: job \d+ failed/.test(result.stdout + result.stderr)) return result;
  const jobs = (await listJobs(host)).slice(0, 12).map((job) => JSON.stringify(job));
  const log = await host.run(
    'journalctl -u kimaki --no-pager -o short-precise -n 40; ls -la --time-style=full-iso /var/www/site/wp-content/uploads/agent | tail -12',
  );
  return { ...result, stderr: [result.stderr, ...jobs, log.stdout].join('\n') };
}

/** One check of a verification. */
export interface Check {
  readonly id: string;
  readonly point: number;
  readonly ok: boolean | null;
  readonly detail: string;
}

/** The parts of the JSON of `apply`, `verify`, `rollback` and `status` that tests look at. */
export interface Told {
  readonly changed?: boolean;
  readonly failed?: boolean;
  readonly rolledBack?: boolean;
  readonly downtimeMs?: number | null;
  readonly durationMs?: number;
  readonly verification?: { readonly ok: boolean; readonly checks: readonly Check[] };
  readonly ok?: boolean;
  readonly checks?: readonly Check[];
  readonly state?: string;
  readonly outcome?: string;
  readonly remaining?: readonly unknown[];
  readonly undoErrors?: readonly unknown[];
  readonly steps?: readonly { readonly id: string; readonly state: string; readonly notes?: readonly string[] }[];
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly error?: { readonly code: string; readonly message: string; readonly journal?: string };
  };
}

/** The JSON document on stdout; a command that wrote none fails the test with all it wrote. */
export function told({ code, stdout, stderr }: Finished): Told {
  try {
    return JSON.parse(stdout) as Told;
  } catch {
    throw new Error(`ended with ${code} and no JSON:\n${stdout}\n${stderr}`);
  }
}

/** Asserts an exit status, and shows what the command wrote when it is another. */
export function endedWith(result: Finished, code: number): Finished {
  if (result.code === code) return result;
  throw new Error(
    `ended with ${result.code}, expected ${code}:\n${result.stdout.slice(0, 6000)}\n${result.stderr.slice(-6000)}`,
  );
}

/** Checks by id that are not proven, for a message that tells. */
export function unproven(checks: readonly Check[]): readonly string[] {
  return checks.filter(({ ok }) => ok !== true).map(({ id, ok, detail }) => `${id} (${String(ok)}): ${detail}`);
}

/** What /proc says of the service's process. */
export async function serviceProcess(
  host: Host,
  unit = 'kimaki',
): Promise<Readonly<Record<'Uid' | 'Gid' | 'Groups' | 'Umask', string>>> {
  const status = await host.ok(`cat /proc/$(systemctl show -p MainPID --value ${unit})/status`);
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim().replaceAll('\t', ' ') ?? '';
  return { Uid: field('Uid'), Gid: field('Gid'), Groups: field('Groups'), Umask: field('Umask') };
}

export const AS_OPENCODE = {
  Uid: '1000 1000 1000 1000',
  Gid: '1000 1000 1000 1000',
  Groups: '4 33 1000',
  Umask: '0002',
};
export const AS_ROOT = { Uid: '0 0 0 0', Gid: '0 0 0 0', Umask: '0022' };

/** The umasks of php-fpm's workers, each once. */
export function workerUmasks(host: Host): Promise<string> {
  return host.ok(
    "grep -h ^Umask $(pgrep -u www-data php-fpm | sed 's|.*|/proc/&/status|') | awk '{print $2}' | sort -u",
  );
}

/** The command that WordPress dispatches through, as registered. */
export async function registeredCommand(host: Host): Promise<string> {
  const command = /'command' => '([^']+)'/.exec(await readFile(join(host.root, CHANNELS), 'utf8'))?.[1];
  if (command === undefined) throw new Error(`${CHANNELS} registers no command`);
  return command;
}

/**
 * Has the agent do what the lines ask for, the way WordPress would reach it: as www-data, through the registered
 * command. Resolves when the service has reported that it did, and rejects when it could not.
 */
export async function agentDoes(host: Host, lines: readonly string[]): Promise<void> {
  const marker = `task-${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const prompt = [marker, ...lines].join('\n');
  const send = [await registeredCommand(host), 'send', '--channel', CHANNEL, '--prompt', prompt];
  await host.ok(send, { user: 'www-data', env: { PATH: '/usr/local/bin:/usr/bin:/bin' } });
  const report = await host.waitFor(`report=$(grep -l ${marker} ${CONTENT}/uploads/agent/*.json) && jq -e . "$report"`);
  const { did } = JSON.parse(report) as { did: readonly { verb: string; path: string; error: string | null }[] };
  const failed = did.filter(({ error }) => error !== null);
  if (did.length !== lines.length || failed.length > 0) throw new Error(`the agent could not: ${JSON.stringify(did)}`);
}

/** Rows of the service's database, read as the account it belongs to. */
export async function databaseRows(host: Host, dataDir = NEW_DATA_DIR, user = 'opencode'): Promise<Rows> {
  const sql = `PRAGMA busy_timeout=5000; PRAGMA integrity_check;
    SELECT (SELECT count(*) FROM heartbeats) || ' ' || (SELECT count(*) FROM channel_directories);
    SELECT group_concat(id) FROM (SELECT id FROM messages ORDER BY id);`;
  const [, integrity, counts = '', messages = ''] = (
    await host.ok(['sqlite3', `${dataDir}/discord-sessions.db`, sql], { user })
  ).split('\n');
  const [heartbeats, channels] = counts.split(' ').map(Number);
  return {
    integrity,
    heartbeats: heartbeats ?? 0,
    channels: channels ?? 0,
    messages: messages.split(',').filter(Boolean).map(Number),
  };
}

/** What is counted of the service's database. */
export interface Rows {
  readonly integrity: string | undefined;
  readonly heartbeats: number;
  readonly channels: number;
  readonly messages: readonly number[];
}

/** Files that services write into all the time: who they belong to must come back, what stands in them is theirs. */
const WRITTEN = [
  // The running service: its database and its pid, a line for each start and message, its traces in shared places.
  /^\/(root|home\/opencode)\/\.kimaki\/(discord-sessions\.db|kimaki\.log|lab\.pid)$/,
  /^\/home\/opencode\/\.local\/share\/opencode\/storage\/session\.log$/,
  /^\/tmp\/opencode-cache\/index\.json$/,
  /^\/var\/tmp\/opencode-snapshot$/,
  /^\/var\/log\/kimaki\/agent\.log$/,
  // The worker's timer, every ten seconds.
  /^\/var\/www\/site\/wp-content\/uploads\/datamachine-worker\.log$/,
];

/** Entries that come and go by themselves. */
const COMING_AND_GOING = [
  // kimaki's wrapper makes it below HOME at each start.
  /\/\.kimaki\/heap-snapshots$/,
  // SQLite makes and removes them as connections come and go.
  /^\/(root|home\/opencode)\/\.kimaki\/discord-sessions\.db-(wal|shm)$/,
  // One report for each message: those before the migration have numbers, and are compared by the tests below.
  /^\/var\/www\/site\/wp-content\/uploads\/agent\/[1-9]\d*\.json$/,
  // WordPress makes the directory of the month with its first visitor, some seconds after the boot.
  new RegExp(`^/var/www/site/wp-content/uploads/${new Date().getUTCFullYear()}(/\\d\\d)?$`),
];

/**
 * Everything below the paths that does not change by itself: what services write into has only its owner and mode here,
 * and what they make and remove is left out.
 */
export function lastingSnapshot(host: Host, paths: readonly string[]): TreeSnapshot {
  const lasting = new Map<string, string>();
  for (const [path, line] of treeSnapshot(host, paths)) {
    if (COMING_AND_GOING.some((each) => each.test(path))) continue;
    lasting.set(path, WRITTEN.some((each) => each.test(path)) ? line.split(' ').slice(0, 3).join(' ') : line);
  }
  return lasting;
}
