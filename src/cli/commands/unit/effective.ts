import { isAbsolute } from 'node:path';
import { printablePath } from '../../../posix/paths/index.js';
import { loadUnit } from '../../../systemd/load/index.js';
import { redactSetting } from '../../../systemd/secrets/index.js';
import type { EffectiveSetting, EffectiveUnit } from '../../../systemd/load/index.js';
import { defineCommand } from '../../command.js';
import type { Output } from '../../createOutput.js';
import { EXIT } from '../../exitCodes.js';
import { usageError } from '../../parseArguments.js';
import { parseSettingName } from './parseChange.js';

export const effective = defineCommand({
  usage: ['UNIT [Section.Key…]'],
  options: [],
  operands: { min: 1, max: Infinity },
  notes: [
    'UNIT is the name of a unit or the absolute path of a unit file.',
    'Prints what systemd would load from the files, with drop-ins, at its next daemon-reload: each value with its file and',
    'line. Secrets are hidden. Exit status 1: systemd would not load it, or a given key is not set.',
  ],
  async run(context) {
    const { output } = context;
    const [operand = '', ...texts] = context.operands;
    const wanted: string[] = [];
    for (const text of texts) {
      const name = parseSettingName(text);
      if (name.isErr()) return context.fail(name.error);
      wanted.push(`${name.value.section}.${name.value.key}`);
    }
    if (operand.includes('/') && !isAbsolute(operand)) {
      const shown = printablePath(operand);
      return context.fail(usageError(`${shown} is a relative path; give an absolute path or the name of a unit`));
    }
    const loaded = await loadUnit(operand);
    if (loaded.isErr()) return context.fail(loaded.error);
    const { files, unit } = loaded.value;
    if (unit.loadState === 'not-found') {
      const message = `${printablePath(operand)} has no unit file; check the name with: systemctl list-unit-files`;
      return context.fail({ code: 'UNIT_NOT_FOUND', message });
    }
    const settings = unit.settings
      .filter(({ section, key }) => wanted.length === 0 || wanted.includes(`${section}.${key}`))
      .map(withoutSecrets);
    const { loadState, faults, ignored } = unit;
    output.record({ unit: files.id, kind: files.kind, loadState, faults, settings, ignored, problems: files.problems });
    render(output, { ...unit, settings });
    files.problems.forEach(({ message }) => output.warn(message));
    const isAll = wanted.every((name) => settings.some(({ section, key }) => `${section}.${key}` === name));
    return loadState === 'loaded' && isAll ? EXIT.done : EXIT.no;
  },
});

/** Values as they may be shown. */
function withoutSecrets(setting: EffectiveSetting): EffectiveSetting {
  const values = setting.values.map(({ value, path, line }) => {
    return { value: redactSetting(setting.key, value), path: printablePath(path), line };
  });
  return { ...setting, values };
}

function render(output: Output, { name, loadState, settings, ignored, faults }: EffectiveUnit): void {
  for (const { section, key, values } of settings) {
    for (const { value, path, line } of values) {
      output.print(`${section}.${key}=${printablePath(value)}  ${output.style('dim', `${path}:${line}`)}`);
    }
  }
  for (const { path, line, setting, reason } of ignored) {
    output.log(`ignored: ${printablePath(path)}:${line}: ${setting === null ? '' : `${setting}: `}${reason}`);
  }
  if (loadState !== 'loaded') output.warn(`systemd would not load ${name} (${loadState}):`);
  for (const { path, line, setting, reason } of faults) {
    output.warn(
      `  ${printablePath(path)}${line === 0 ? '' : `:${line}`}: ${setting === null ? '' : `${setting}: `}${reason}`,
    );
  }
}
