import { printUnit } from '../../../systemd/document/index.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import { OPERAND_NOTE, TERMINAL_NOTE, readUnit } from './readUnit.js';

export const cat = defineCommand({
  usage: ['UNIT'],
  options: [],
  operands: { min: 1, max: 1 },
  notes: [OPERAND_NOTE, 'Prints the bytes of the file, secrets included; drop-ins are not shown.', TERMINAL_NOTE],
  async run(context) {
    const { output } = context;
    const [operand = ''] = context.operands;
    const found = await readUnit(operand);
    if (found.isErr()) return context.fail(found.error);
    const { path, document } = found.value;
    const bytes = printUnit(document);
    if (document.unsafe !== null)
      output.warn(`line ${document.unsafe.line}: ${document.unsafe.message}; this file is not safe to edit`);
    if (output.json)
      output.record({ path, text: bytes.toString('utf8'), editable: document.editable, problems: document.problems });
    else output.write(bytes);
    return EXIT.done;
  },
});
