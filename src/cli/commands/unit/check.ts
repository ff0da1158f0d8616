import { isAbsolute } from 'node:path';
import { printablePath } from '../../../posix/paths/index.js';
import { checkUnit } from '../../../systemd/host-edit/index.js';
import type { UnitCheck } from '../../../systemd/host-edit/index.js';
import { defineCommand } from '../../command.js';
import type { Output } from '../../createOutput.js';
import { EXIT } from '../../exitCodes.js';
import { usageError } from '../../parseArguments.js';

export const check = defineCommand({
  usage: ['UNIT-or-FILE'],
  options: [],
  operands: { min: 1, max: 1 },
  notes: [
    'UNIT is the name of a unit, FILE the absolute path of a unit file or of a drop-in (…/x.service.d/y.conf).',
    'It checks the files, with everything installed for the unit; systemd need not be running.',
    'Exit status 0: systemd would load it without a complaint. 1: it would not; the answer says why.',
  ],
  async run(context) {
    const { output } = context;
    const [operand = ''] = context.operands;
    if (operand.includes('/') && !isAbsolute(operand)) {
      const shown = printablePath(operand);
      return context.fail(usageError(`${shown} is a relative path; give an absolute path or the name of a unit`));
    }
    const checked = await checkUnit(operand);
    if (checked.isErr()) return context.fail(checked.error);
    output.record(checked.value);
    render(output, checked.value);
    return checked.value.ok ? EXIT.done : EXIT.no;
  },
});

function render(output: Output, { ok, path, problems, complaints }: UnitCheck): void {
  if (ok) output.print(`${path}: ${output.style('green', 'ok')}`);
  for (const { code, path: where, line, message } of problems) {
    output.print(`${where}${line === null ? '' : `:${line}`}: ${message} [${code}]`);
  }
  for (const complaint of complaints) output.print(`systemd says: ${printablePath(complaint)}`);
}
