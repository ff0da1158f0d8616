import { checkUnitName } from '../../../systemd/names/index.js';
import { effectiveUnit, effectiveValues, isKnownKey } from '../../../systemd/load/index.js';
import { unitSpecifiers } from '../../../systemd/values/index.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import { parseSettingName } from './parseChange.js';
import { OPERAND_NOTE, TERMINAL_NOTE, readUnit } from './readUnit.js';
import type { UnitFile } from './readUnit.js';

export const get = defineCommand({
  usage: ['UNIT Section.Key'],
  options: [],
  operands: { min: 2, max: 2 },
  notes: [
    OPERAND_NOTE,
    'Prints the value as written in the file, secrets included: the last one that systemd uses, or for a list key',
    'every one since the last empty assignment. Drop-ins are not read. Exit status 1: the key is not set.',
    TERMINAL_NOTE,
  ],
  async run(context) {
    const { output } = context;
    const [operand = '', text = ''] = context.operands;
    const name = parseSettingName(text);
    if (name.isErr()) return context.fail(name.error);
    const found = await readUnit(operand);
    if (found.isErr()) return context.fail(found.error);
    const { section, key } = name.value;
    const values = valuesIn(found.value, section, key);
    if (output.json) output.record({ section, key, values });
    else for (const value of values) output.write(`${value}\n`);
    return values.length > 0 ? EXIT.done : EXIT.no;
  },
});

/** The values, as they stand in the file, of the assignments that count in it; pure. */
function valuesIn({ path, name, document }: UnitFile, section: string, key: string): readonly string[] {
  const assignments = document.assignments.filter((one) => one.section === section && one.key === key);
  if (!isKnownKey(section, key)) return assignments.slice(-1).map(({ value }) => value);
  // A drop-in, or a file of any name, is read as one of a unit that has such a section.
  const unit = checkUnitName(name).isOk()
    ? name
    : `unit.${section === 'Unit' || section === 'Install' ? 'service' : section.toLowerCase()}`;
  const sources = [{ path, role: 'fragment' as const, document }];
  const effective = effectiveUnit(unit, sources, unitSpecifiers(unit, path), { readPastFaults: true });
  const lines = new Set(effectiveValues(effective, section, key).map(({ line }) => line));
  return assignments.filter(({ line }) => lines.has(line)).map(({ value }) => value);
}
