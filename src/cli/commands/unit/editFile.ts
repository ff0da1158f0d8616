import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { replaceFile } from '../../../posix/files/index.js';
import { changeDocument } from '../../../systemd/edits/index.js';
import { checkUnitTrust, requireValidUnit } from '../../../systemd/host-edit/index.js';
import { diffUnit } from '../../../systemd/secrets/index.js';
import type { UnitChange } from '../../../systemd/edits/index.js';
import type { UnitDocument } from '../../../systemd/document/index.js';
import type { CliError, CommandContext } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import type { ExitCode } from '../../exitCodes.js';
import { readUnit } from './readUnit.js';

/** Where packages put their units; `systemctl edit` does not write there either. */
const PACKAGED = /^(?:\/usr)?\/lib\/systemd\//;

/** `wca unit set|unset PATH …`: edits exactly this file. */
export async function editFile(
  context: CommandContext<'stdout'>,
  operand: string,
  changes: readonly UnitChange[],
): Promise<ExitCode> {
  const { output } = context;
  const unit = await readUnit(operand);
  if (unit.isErr()) return context.fail(unit.error);
  const { path, name, document } = unit.value;
  if (PACKAGED.test(path)) {
    const message = `${path} belongs to a package, whose next update would undo the change; edit the unit by its name, which writes a drop-in`;
    return context.fail({ code: 'UNIT_OF_A_PACKAGE', message });
  }
  const after = changed(document, changes);
  if (after.isErr()) return context.fail(after.error);

  const before = document.bytes;
  const isChanged = !after.value.equals(before);
  if (isChanged) {
    const accepted = await requireValidUnit(name, after.value, { baseline: before });
    if (accepted.isErr()) return context.fail(accepted.error);
  }
  if (context.flag('stdout')) {
    output.write(after.value);
    return EXIT.done;
  }
  if (isChanged) {
    // What root writes where others may write too would give them root's rights.
    const trusted = process.geteuid?.() === 0 ? await checkUnitTrust(path) : ok(undefined);
    if (trusted.isErr()) return context.fail(trusted.error);
    const written = await replaceFile(path, after.value, { expect: before });
    if (written.isErr()) return context.fail(written.error);
  }
  const diff = diffUnit(before, after.value, path);
  output.record({ path, changed: isChanged, diff });
  for (const line of isChanged ? diff.trimEnd().split('\n') : ['unchanged']) output.print(line);
  if (isChanged) output.log('to load it: systemctl daemon-reload');
  return EXIT.done;
}

function changed(document: UnitDocument, changes: readonly UnitChange[]): Result<Buffer, CliError> {
  let current = document;
  for (const change of changes) {
    const made = changeDocument(current, change);
    if (made.isErr()) return err(made.error);
    current = made.value;
  }
  return ok(current.bytes);
}
