import { findInstances, isInUse } from '../../kimaki/instance/index.js';
import { printablePath } from '../../posix/paths/index.js';
import type { RunDetails } from '../../recipes/engine/index.js';
import { migrationStatus } from '../../recipes/migrateOffRoot/index.js';
import { defineCommand } from '../command.js';
import { EXIT } from '../exitCodes.js';

/** A command to type next, and what it does. */
type Next = readonly [command: string, does: string];

const DOCTOR: Next = ['wca doctor', 'what is wrong on this host, and what to do; only reads'];
const PLAN: Next = ['wca migrate-off-root plan', 'what moving it off root would do; changes nothing'];
const VERIFY: Next = ['wca migrate-off-root verify', 'whether the migrated host is as it should be; only reads'];
const STATUS: Next = ['wca migrate-off-root status', 'what was done and what is left'];
const RESUME: Next = ['wca migrate-off-root resume', 'finish it'];
const ROLLBACK: Next = ['wca migrate-off-root rollback', 'undo it'];
const HELP: Next = ['wca --help', 'every command'];

/** An agent as the overview shows it. */
interface Seen {
  readonly unit: string;
  readonly user: string;
  readonly active: string;
  readonly site: string | null;
}

/** What the overview rests on. */
interface Host {
  /** Those in use, or why they are not known. */
  readonly agents: readonly Seen[] | string;
  readonly unfinished: Pick<RunDetails, 'runId' | 'direction' | 'runningPid'> | null;
}

/** `wca` alone: what runs on this host, and the commands that are likely to be wanted next. */
export const overview = defineCommand({
  usage: [''],
  options: [],
  operands: { min: 0, max: 0 },
  async run({ output }) {
    const status = await migrationStatus();
    const found = await findInstances();
    const agents = found.match(
      (instances) =>
        instances
          .filter(isInUse)
          .map(({ unit, user, site, state }) => ({ unit, user, active: state.activeState, site })),
      ({ message }) => message,
    );
    const unfinished = status.isOk() && status.value.state === 'interrupted' ? status.value : null;
    const host = { agents, unfinished };
    output.record({
      instances: typeof agents === 'string' ? [] : agents,
      unfinishedRun: unfinished?.runId ?? null,
      next: nextFor(host).map(([command]) => command),
    });
    for (const line of overviewOf(host)) output.print(line);
    return EXIT.done;
  },
});

/** The lines of the overview; pure. */
export function overviewOf(host: Host): readonly string[] {
  const { agents, unfinished } = host;
  const next = nextFor(host);
  const width = Math.max(...next.map(([command]) => command.length));
  return [
    ...(typeof agents === 'string' ? [`This host could not be looked at: ${agents}`] : agents.map(lineOf)),
    ...(agents.length === 0 ? ['No agent was found on this host.'] : []),
    ...(unfinished === null
      ? []
      : [`Run ${unfinished.runId} ${unfinished.runningPid === null ? 'is interrupted' : 'is being carried out'}.`]),
    '',
    ...next.map(([command, does]) => `  ${command.padEnd(width)}  ${does}`),
  ];
}

function lineOf({ unit, user, active, site }: Seen): string {
  const where = site === null ? '' : `, for ${printablePath(site)}`;
  return `${unit} runs as ${printablePath(user)} (${active})${where}.`;
}

function nextFor({ agents, unfinished }: Host): readonly Next[] {
  if (unfinished !== null) {
    if (unfinished.runningPid !== null) return [STATUS, HELP];
    return [STATUS, ...(unfinished.direction === 'forward' ? [RESUME] : []), ROLLBACK];
  }
  if (typeof agents === 'string' || agents.length === 0) return [DOCTOR, HELP];
  return agents.some(({ user }) => user === 'root') ? [DOCTOR, PLAN, HELP] : [DOCTOR, VERIFY, HELP];
}
