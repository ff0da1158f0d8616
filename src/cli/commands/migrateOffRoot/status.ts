import { migrationStatus } from '../../../recipes/migrateOffRoot/index.js';
import { activeRunUnit, readRequest } from '../../../recipes/runner/index.js';
import type { RunUnit } from '../../../recipes/runner/index.js';
import { defineCommand } from '../../command.js';
import type { CommandContext } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import type { ExitCode } from '../../exitCodes.js';
import { renderStatus } from '../../render/renderStatus.js';
import { follow } from './runs/carriedOut.js';
import { readRequestOf } from './runs/request.js';
import { tellEnd } from './runs/tell.js';

export const command = defineCommand({
  usage: ['[--follow]'],
  options: [{ name: 'follow', help: 'show the run in progress until it ends, and end with its status' }],
  operands: { min: 0, max: 0 },
  async run(context) {
    const unit = await activeRunUnit();
    if (context.flag('follow') && unit !== undefined) return followed(context, unit);
    const found = await migrationStatus();
    if (found.isErr()) return context.fail(found.error);
    const status = found.value;
    const { output } = context;
    output.record({ ...status, unit: unit?.name ?? null });
    if (unit !== undefined) output.print(`${unit.name} is at work; to follow it: wca migrate-off-root status --follow`);
    if (status.state === 'none') {
      output.print('no run has been made on this host');
      return EXIT.done;
    }
    renderStatus(output, status);
    return status.state === 'interrupted' ? EXIT.locked : EXIT.done;
  },
});

async function followed(
  context: Pick<CommandContext, 'output' | 'confirm' | 'isTerminal' | 'fail'>,
  unit: RunUnit,
): Promise<ExitCode> {
  const request = readRequestOf((await readRequest(unit.name))?.request ?? null);
  if (request.isErr()) {
    const message = `${unit.name} was started by another version of wca: ${request.error.problem}`;
    return context.fail({ code: 'OTHER_VERSION', message });
  }
  const { command } = request.value;
  return tellEnd(context, command, await follow(context, unit, command, { isOwner: false }));
}
