import { defineCommand } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import { OPERAND_NOTE, TERMINAL_NOTE, readUnit } from './readUnit.js';

export const list = defineCommand({
  usage: ['UNIT'],
  options: [],
  operands: { min: 1, max: 1 },
  notes: [
    OPERAND_NOTE,
    'Prints values as written in the file, secrets included; drop-ins are not read.',
    TERMINAL_NOTE,
  ],
  async run(context) {
    const { output } = context;
    const [operand = ''] = context.operands;
    const found = await readUnit(operand);
    if (found.isErr()) return context.fail(found.error);
    for (const { section, key, value, line } of found.value.document.assignments) {
      if (output.json) output.record({ section, key, value, line });
      else output.write(`${section}.${key}=${value}\n`);
    }
    return EXIT.done;
  },
});
