import { recoverMigration } from '../../../recipes/migrateOffRoot/index.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import { progressOf } from '../../render/progressOf.js';

export const command = defineCommand({
  usage: [''],
  options: [],
  operands: { min: 0, max: 0 },
  notes: [
    'Run by wca-recovery.service at a boot in the middle of a run. It starts nothing, and ends no run: resume and rollback do.',
  ],
  async run(context) {
    const { output } = context;
    const recovered = await recoverMigration({ onEvent: progressOf(output) });
    if (recovered.isErr()) {
      // Whoever carries the run on knows what may start.
      if (recovered.error.code !== 'LOCKED') return context.fail(recovered.error);
      output.log(recovered.error.message);
      return EXIT.done;
    }
    const { undone, undoErrors } = recovered.value;
    output.record(recovered.value);
    output.print(
      undone.length === 0
        ? 'nothing to put together'
        : `${undone.length} steps taken back; end the run with: wca migrate-off-root resume, or: wca migrate-off-root rollback`,
    );
    for (const { stepId, error } of undoErrors)
      output.warn(`could not be taken back: ${stepId ?? 'journal'}: ${error.message}`);
    return undoErrors.length === 0 ? EXIT.done : EXIT.rollbackIncomplete;
  },
});
