import { CANARY, OLD_DATA_DIR, SITE, UNIT_FILE, compareSnapshots, runWithFault, takeTrace } from '../../lab/index.js';
import type { Fault, Host, TracedCall, TreeSnapshot } from '../../lab/index.js';
import {
  AS_OPENCODE,
  AS_ROOT,
  CHANNELS,
  databaseRows,
  endedWith,
  lastingSnapshot,
  migrate,
  serviceProcess,
  told,
  workerUmasks,
} from './support.js';
import type { Finished, Rows } from './support.js';

/** Everything a migration touches, and what it must not. */
const TREES = [
  '/etc/systemd/system',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/etc/passwd',
  '/etc/shadow',
  '/etc/group',
  '/usr/local',
  '/usr/bin/kimaki',
  '/usr/lib/node_modules',
  '/opt/kimaki-config',
  SITE,
  '/root',
  '/home',
  '/var/lib/datamachine',
  '/tmp/opencode-cache',
  '/var/tmp/opencode-snapshot',
  '/var/log/kimaki',
];

/** Quick, for what is looked at is not the length of the hold. */
export const APPLY = ['apply', '--json', '--yes', '--hold', '1'] as const;

/** An instant at which a run is killed. */
export interface Instant {
  readonly fault: Fault;
  /** The call before which, or in the middle of which, it is. */
  readonly about: string;
}

/** How a killed run is finished. */
export interface Ending {
  readonly way: 'resume' | 'rollback';
  /** A power cut first: what starts then has to work too. */
  readonly reboot?: boolean;
  /** What finishes it is killed too, before this call of its own, and once more has to be finished. */
  readonly killedAgainAt?: number;
}

/** A host as it is at one moment: trees without what changes by itself, ACLs, the service, its database. */
interface HostState {
  readonly trees: TreeSnapshot;
  readonly acls: string;
  readonly rows: Rows;
  readonly service: Readonly<Record<string, string>>;
  readonly umasks: string;
  readonly units: string;
}

/**
 * Kills runs of one host at chosen instants, and holds what `resume` and `rollback` make of them against the host
 * before and the host after a run that nobody killed.
 */
export class KillCampaign {
  readonly #host: Host;
  readonly #command: readonly string[];
  #before: HostState | null = null;
  #after: HostState | null = null;
  /** How many times what finished a killed run was killed as well. */
  killedAgain = 0;

  /** @param command - of `wca migrate-off-root`: what is killed */
  constructor(host: Host, command: readonly string[] = APPLY) {
    this.#host = host;
    this.#command = command;
  }

  /** Takes the host as it is for the one before. */
  async remember(): Promise<void> {
    this.#before = await this.#look(AS_ROOT, OLD_DATA_DIR, 'root');
  }

  /** Learns both ends from a run that nobody kills, and gives the calls it made, in order. */
  async learn(): Promise<readonly TracedCall[]> {
    await this.#host.ok(
      `setfacl -m u:games:r ${UNIT_FILE} ${CHANNELS} ${SITE}/wp-config.php; setfacl -m u:games:rx ${OLD_DATA_DIR}`,
    );
    await this.remember();
    await takeTrace(this.#host);
    endedWith(await runWithFault(this.#host, ['migrate-off-root', ...this.#command], null), 0);
    const calls = await takeTrace(this.#host);
    this.#after = await this.#look(AS_OPENCODE);
    await this.#back();
    return calls;
  }

  /** What is wrong after a run was killed at this instant and finished this way; empty when all is well. */
  async kill(instant: Instant, { way, reboot, killedAgainAt }: Ending): Promise<readonly string[]> {
    // Every run is the first one of its host, so that the same number is the same call.
    await this.#host.ok('rm -rf /var/lib/wca');
    const killed = await runWithFault(this.#host, ['migrate-off-root', ...this.#command], instant.fault);
    const problems = leaks(killed);
    if (killed.code !== 137) problems.push(`not killed but ended with ${killed.code}: ${killed.stderr.slice(-500)}`);
    if (reboot === true) problems.push(...(await this.#crash()));
    if (killedAgainAt !== undefined) {
      const again = await runWithFault(this.#host, ['migrate-off-root', way, '--json', '--yes'], {
        at: killedAgainAt,
        what: 'kill',
      });
      problems.push(...leaks(again));
      if (again.code === 137) this.killedAgain += 1;
      if (reboot === true) problems.push(...(await this.#crash()));
    }
    const status = told(await migrate(this.#host, ['status', '--json']));
    let end: 'before' | 'after' = status.state === 'applied' ? 'after' : 'before';
    if (status.state === 'interrupted') {
      const finished = await migrate(this.#host, [way, '--json', '--yes']);
      problems.push(...leaks(finished));
      end = way === 'resume' ? 'after' : 'before';
      if (finished.code !== 0)
        return [
          ...problems,
          `${way} ended with ${finished.code}: ${finished.stdout.slice(-800)} ${finished.stderr.slice(-2000)}`,
        ];
    }
    problems.push(...(await this.compare(end)));
    if (end === 'after' && problems.length === 0) problems.push(...(await this.#back()));
    return problems;
  }

  /** How the host differs from one of the two ends. */
  async compare(end: 'before' | 'after'): Promise<readonly string[]> {
    const [wanted, others] = end === 'before' ? [this.#before, AS_ROOT] : [this.#after, AS_OPENCODE];
    if (wanted === null) throw new Error('learn first');
    const found = end === 'before' ? await this.#look(AS_ROOT, OLD_DATA_DIR, 'root') : await this.#look(AS_OPENCODE);
    const problems: string[] = [];
    const [was, is] = end === 'before' ? [wanted.trees, found.trees] : [undated(wanted.trees), undated(found.trees)];
    problems.push(...compareSnapshots(was, is));
    if (found.acls !== wanted.acls) problems.push(`ACLs:\n${wanted.acls}\n→\n${found.acls}`);
    for (const [field, value] of Object.entries(others))
      if (found.service[field] !== value)
        problems.push(`service ${field}: ${found.service[field] ?? ''}, not ${value}`);
    for (const field of ['umasks', 'units'] as const)
      if (found[field] !== wanted[field]) problems.push(`${field}: ${wanted[field]} → ${found[field]}`);
    const first = this.#before?.rows;
    const { rows } = found;
    if (rows.integrity !== 'ok') problems.push(`database: ${rows.integrity ?? 'unreadable'}`);
    if (rows.channels !== first?.channels || rows.heartbeats < first.heartbeats)
      problems.push(`rows: ${JSON.stringify(first)} → ${JSON.stringify(rows)}`);
    if (first?.messages.some((id) => !rows.messages.includes(id)) === true) problems.push('messages are lost');
    return problems;
  }

  /** A power cut, and what is wrong with the service that starts then. */
  async #crash(): Promise<readonly string[]> {
    const host = this.#host;
    await host.crash();
    try {
      await host.serviceListens();
      const { Uid } = await serviceProcess(host);
      const rows = Uid === AS_ROOT.Uid ? await databaseRows(host, OLD_DATA_DIR, 'root') : await databaseRows(host);
      const first = this.#before?.rows;
      const whole = rows.integrity === 'ok' && rows.channels === first?.channels && rows.heartbeats >= first.heartbeats;
      return whole ? [] : [`after the reboot, as ${Uid}: ${JSON.stringify(first)} → ${JSON.stringify(rows)}`];
    } catch (error) {
      const why = await host.run(
        'systemctl status kimaki wca-recovery 2>&1 | tail -40; ls -la /root/.kimaki /home/opencode/.kimaki',
      );
      return [`after the reboot: ${String(error)}\n${why.stdout}`];
    }
  }

  async #back(): Promise<readonly string[]> {
    const back = await migrate(this.#host, ['rollback', '--json', '--yes']);
    const problems = leaks(back);
    if (back.code !== 0)
      problems.push(`rollback ended with ${back.code}: ${back.stdout.slice(-800)} ${back.stderr.slice(-800)}`);
    return [...problems, ...(await this.compare('before'))];
  }

  async #look(service: Readonly<Record<string, string>>, dataDir?: string, user?: string): Promise<HostState> {
    const host = this.#host;
    await host.serviceListens();
    const found: Readonly<Record<string, string>> = await serviceProcess(host).catch(() => ({}));
    const process = Object.fromEntries(Object.keys(service).map((field) => [field, found[field] ?? '']));
    const units = ['kimaki', 'php8.2-fpm', 'datamachine-worker.timer', 'nginx'];
    return {
      trees: lastingSnapshot(host, TREES),
      acls: await host.ok(`getfacl -RPsnp ${TREES.join(' ')} 2>/dev/null`),
      rows: await databaseRows(host, dataDir, user),
      service: process,
      umasks: await workerUmasks(host),
      units: await host.ok(`systemctl is-active ${units.join(' ')}; systemctl is-enabled ${units.join(' ')}
        ls -A /run/systemd/system.control 2>/dev/null; systemctl show -p NeedDaemonReload --value kimaki php8.2-fpm; true`),
    };
  }
}

/**
 * The instants worth a kill: before every call outside the sweeps, right after every start of a program, and at the
 * first, second, middle and last change of each sweep.
 */
export function instantsOf(calls: readonly TracedCall[]): readonly Instant[] {
  const instants: Instant[] = [];
  const sweeps = new Map<number, TracedCall[]>();
  for (const call of calls) {
    const { count, sweep, about } = call;
    if (sweep > 0) sweeps.set(sweep, [...(sweeps.get(sweep) ?? []), call]);
    else {
      instants.push({ fault: { at: count, what: 'kill' }, about });
      if (about.startsWith('spawn '))
        instants.push({ fault: { at: count, what: 'kill-after' }, about: `in the middle of ${about}` });
    }
  }
  for (const [sweep, all] of sweeps) {
    for (const at of new Set([1, 2, Math.ceil(all.length / 2), all.length])) {
      const about = all[at - 1]?.about;
      if (about !== undefined)
        instants.push({
          fault: { sweep, at, what: 'kill' },
          about: `sweep ${sweep}, ${at} of ${all.length}: ${about}`,
        });
    }
  }
  return instants;
}

function leaks({ stdout, stderr }: Finished): string[] {
  return (stdout + stderr).includes(CANARY) ? ['a secret was printed'] : [];
}

/** Files that a run writes are as old as the run. */
function undated(trees: TreeSnapshot): TreeSnapshot {
  return new Map([...trees].map(([path, line]) => [path, line.replace(/^(file \S+ \S+) \d+/, '$1')]));
}
