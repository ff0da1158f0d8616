import { isListKey } from '../../../systemd/load/index.js';
import { lastValue, unitValues } from '../../../systemd/document/index.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import { parseSettingName } from './parseChange.js';
import { OPERAND_NOTE, readUnit } from './readUnit.js';

export const get = defineCommand({
  usage: ['UNIT Section.Key'],
  options: [],
  operands: { min: 2, max: 2 },
  notes: [
    OPERAND_NOTE,
    'Prints the value as it stands in the file, secrets included: the last one, or for a key whose assignments add up',
    'all since the last empty one. Drop-ins are not read. Exit status 1: it is not set.',
  ],
  async run(context) {
    const { output } = context;
    const [operand = '', text = ''] = context.operands;
    const name = parseSettingName(text);
    if (name.isErr()) return context.fail(name.error);
    const found = await readUnit(operand);
    if (found.isErr()) return context.fail(found.error);
    const { section, key } = name.value;
    const { document } = found.value;
    const last = lastValue(document, section, key);
    const values = isListKey(section, key) ? unitValues(document, section, key) : last === undefined ? [] : [last];
    values.forEach((value) => output.print(value));
    output.record({ section, key, values });
    return values.length > 0 ? EXIT.done : EXIT.no;
  },
});
