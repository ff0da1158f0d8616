import { diffUnit } from '../../../systemd/secrets/index.js';
import { editUnit, planUnitEdit } from '../../../systemd/host-edit/index.js';
import { findUnitFiles } from '../../../systemd/load/index.js';
import { showUnit } from '../../../systemd/manager/index.js';
import type { UnitChange } from '../../../systemd/edits/index.js';
import type { UnitState } from '../../../systemd/manager/index.js';
import type { CommandContext } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import type { ExitCode } from '../../exitCodes.js';

/** `wca unit set|unset NAME …`: edits the file in which the change takes effect. */
export async function editNamed(
  context: CommandContext<'stdout'>,
  name: string,
  changes: readonly UnitChange[],
): Promise<ExitCode> {
  const { output } = context;
  if (context.flag('stdout')) {
    const plan = (await findUnitFiles(name)).andThen((files) => planUnitEdit(files, changes));
    if (plan.isErr()) return context.fail(plan.error);
    if (plan.value === null) {
      output.log('unchanged; no file would be written');
      return EXIT.done;
    }
    output.log(`would be written to ${plan.value.choice.path}: ${plan.value.choice.why}`);
    output.write(plan.value.document.bytes);
    return EXIT.done;
  }
  const edited = await editUnit(name, changes);
  if (edited.isErr()) return context.fail(edited.error);
  if (edited.value === undefined) {
    output.record({ path: null, changed: false, diff: '' });
    output.print('unchanged');
    return EXIT.done;
  }
  const { id, path, why, isNew, before, after } = edited.value;
  const diff = diffUnit(before, after, path);
  // Not asked: NeedDaemonReload, which stays `no` when the first drop-in comes with a new directory.
  const loaded = await showUnit(id);
  const stillLoaded = loaded.isOk() ? whatIsLoaded(loaded.value, changes) : null;
  output.record({ path, changed: true, why, created: isNew, diff, loaded: stillLoaded });
  for (const line of diff.trimEnd().split('\n')) output.print(line);
  output.log(`${isNew ? 'created' : 'changed'} ${path}: ${why}`);
  if (stillLoaded !== null) {
    const values = Object.entries(stillLoaded).map(([key, value]) => `${key}=${value}`);
    const still = values.length === 0 ? 'the unit as it was' : values.join(', ');
    output.log(`systemd still has ${still}; to load the change: systemctl daemon-reload`);
  }
  return EXIT.done;
}

/** What the manager has for the keys that were changed, of those that hold no secret. */
function whatIsLoaded(state: UnitState, changes: readonly UnitChange[]): Readonly<Record<string, string>> {
  const known: Readonly<Record<string, string>> = {
    User: state.user,
    Group: state.group,
    UMask: state.umask.toString(8).padStart(4, '0'),
    WorkingDirectory: state.workingDirectory,
    Type: state.type,
    Restart: state.restart,
  };
  const wanted = new Set(changes.map(({ key }) => key));
  return Object.fromEntries(Object.entries(known).filter(([key]) => wanted.has(key)));
}
