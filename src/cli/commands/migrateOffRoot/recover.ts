import type { OnRunEvent } from '../../../recipes/engine/index.js';
import { recoverMigration } from '../../../recipes/migrateOffRoot/index.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import { progressOf } from '../../render/progressOf.js';

export const command = defineCommand({
  usage: [''],
  options: [],
  operands: { min: 0, max: 0 },
  notes: [
    'wca-recovery.service runs it at a boot in the middle of a run. It starts no service and finishes no run; resume and rollback do.',
  ],
  async run(context) {
    const { output } = context;
    const progress = progressOf(output);
    const onEvent: OnRunEvent = (event) => {
      progress(event);
      // The report has no steps, so there is no other place for them.
      if (event.type === 'undo-done') for (const note of event.notes) output.warn(`note: ${note}`);
    };
    const recovered = await recoverMigration({ onEvent });
    if (recovered.isErr()) {
      // The process that holds the lock carries the run on and decides what may start.
      if (recovered.error.code !== 'LOCKED') return context.fail(recovered.error);
      output.log(recovered.error.message);
      return EXIT.done;
    }
    const { undone, undoErrors } = recovered.value;
    output.record(recovered.value);
    output.print(
      undone.length === 0
        ? 'nothing to repair'
        : `${undone.length} steps undone; next: wca migrate-off-root resume, or wca migrate-off-root rollback`,
    );
    for (const { stepId, error } of undoErrors)
      output.warn(`could not be undone: ${stepId ?? 'journal'}: ${error.message}`);
    return undoErrors.length === 0 ? EXIT.done : EXIT.rollbackIncomplete;
  },
});
