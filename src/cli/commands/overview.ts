import { findInstances, isInUse } from '../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { printablePath } from '../../posix/paths/index.js';
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

/** `wca` alone: what runs on this host, and the commands that are likely to be wanted next. */
export const overview = defineCommand({
  usage: [''],
  options: [],
  operands: { min: 0, max: 0 },
  async run({ output }) {
    const status = await migrationStatus();
    const found = await findInstances();
    const instances = found.isErr() ? [] : found.value.filter(isInUse);
    const seen = instances.map(({ unit, user, site, state }) => ({ unit, user, active: state.activeState, site }));
    const unfinished = status.isOk() && status.value.state === 'interrupted' ? status.value : null;
    const next =
      unfinished === null
        ? nextFor(instances)
        : unfinished.runningPid !== null
          ? [STATUS, HELP]
          : [STATUS, ...(unfinished.direction === 'forward' ? [RESUME] : []), ROLLBACK];
    output.record({
      instances: seen,
      unfinishedRun: unfinished?.runId ?? null,
      next: next.map(([command]) => command),
    });
    if (found.isErr()) output.print(`This host could not be looked at: ${found.error.message}`);
    else if (seen.length === 0) output.print('No agent was found on this host.');
    for (const { unit, user, active, site } of seen) {
      const where = site === null ? '' : `, for ${printablePath(site)}`;
      output.print(`${unit} runs as ${printablePath(user)} (${active})${where}.`);
    }
    if (unfinished !== null) {
      const how = unfinished.runningPid === null ? 'is interrupted' : 'is being carried out';
      output.print(`Run ${unfinished.runId} ${how}.`);
    }
    output.print();
    const width = Math.max(...next.map(([command]) => command.length));
    for (const [command, does] of next) output.print(`  ${command.padEnd(width)}  ${does}`);
    return EXIT.done;
  },
});

function nextFor(instances: readonly Pick<KimakiInstance, 'user'>[]): readonly Next[] {
  if (instances.length === 0) return [DOCTOR, HELP];
  return instances.some(({ user }) => user === 'root') ? [DOCTOR, PLAN, HELP] : [DOCTOR, VERIFY, HELP];
}
