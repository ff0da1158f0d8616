import { migrationStatus } from '../../../recipes/migrateOffRoot/index.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import { renderStatus } from '../../render/renderStatus.js';

export const command = defineCommand({
  usage: [''],
  options: [],
  operands: { min: 0, max: 0 },
  async run(context) {
    const found = await migrationStatus();
    if (found.isErr()) return context.fail(found.error);
    const status = found.value;
    const { output } = context;
    output.record(status);
    if (status.state === 'none') {
      output.print('no run has been made on this host');
      return EXIT.done;
    }
    renderStatus(output, status);
    return status.state === 'interrupted' ? EXIT.locked : EXIT.done;
  },
});
