import { runStatus } from '../../../recipes/index.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exitCodes.js';

export const command = defineCommand({
  usage: [''],
  options: [],
  operands: { min: 0, max: 0 },
  async run(context) {
    const found = await runStatus({});
    if (found.isErr()) return context.fail(found.error);
    const status = found.value;
    const { output } = context;
    output.record(status);
    if (status.state === 'none') {
      output.print('no run has been made on this host');
      return EXIT.done;
    }
    output.print(`${output.style('bold', status.state)}: run ${status.runId}, begun ${status.startedAt}, last word ${status.lastAt}`);
    if (status.runningPid !== null) output.print(`process ${status.runningPid} is carrying it on right now`);
    for (const { id, state, title, durationMs, error, notes } of status.steps) {
      output.print(`  ${state.padEnd(11)} ${id.padEnd(20)} ${(durationMs / 1000).toFixed(1).padStart(6)} s  ${title}`);
      if (error !== undefined) output.print(`              ${error.message}`);
      for (const note of notes ?? []) output.print(`              ${note}`);
    }
    if (status.failure !== null) output.print(`failed: ${status.failure.error.message}`);
    output.print(`journal: ${status.journal}`);
    if (status.state !== 'interrupted') return EXIT.done;
    output.print(`go on with: wca migrate-off-root ${status.direction === 'forward' ? 'resume, or back with: wca migrate-off-root rollback' : 'rollback'}`);
    return EXIT.locked;
  },
});
