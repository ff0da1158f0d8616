import { err, errAsync, ok, okAsync } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import { replaceFile } from '../../../posix/index.js';
import { applyEdits, diffUnit, printUnit, verifyUnit } from '../../../systemd/index.js';
import { defineCommand } from '../../command.js';
import type { CliError, CommandContext } from '../../command.js';
import { EXIT } from '../../exitCodes.js';
import type { ExitCode } from '../../exitCodes.js';
import { parseChange, parseRemoval } from './parseChange.js';
import type { UnitChange } from './parseChange.js';
import { OPERAND_NOTE, readUnit } from './readUnit.js';
import type { UnitFile } from './readUnit.js';

/** Where packages put their units; `systemctl edit` does not write there either. */
const PACKAGED = /^(?:\/usr)?\/lib\/systemd\//;
const STDOUT = { name: 'stdout', help: 'print the changed file instead of writing it' } as const;

export const set = defineCommand({
  usage: ['UNIT Section.Key=VALUE… [--stdout]'],
  options: [STDOUT],
  operands: { min: 2, max: Infinity },
  notes: [
    OPERAND_NOTE,
    'Section.Key=VALUE makes this the only assignment of the key, Section.Key+=VALUE adds one,',
    'Service.Environment.NAME=VALUE changes one variable. systemd must accept the result.',
  ],
  run: (context) => edit(context, parseChange),
});

export const unset = defineCommand({
  usage: ['UNIT Section.Key… [--stdout]'],
  options: [STDOUT],
  operands: { min: 2, max: Infinity },
  notes: [OPERAND_NOTE, 'Service.Environment.NAME removes one variable.'],
  run: (context) => edit(context, parseRemoval),
});

async function edit(context: CommandContext<'stdout'>, parse: (text: string) => Result<UnitChange, CliError>): Promise<ExitCode> {
  const { output } = context;
  const [operand = '', ...texts] = context.operands;
  const changes: UnitChange[] = [];
  for (const text of texts) {
    const change = parse(text);
    if (change.isErr()) return context.fail(change.error);
    changes.push(change.value);
  }
  const unit = await readUnit(operand);
  if (unit.isErr()) return context.fail(unit.error);
  if (PACKAGED.test(unit.value.path)) {
    const message = `${unit.value.path} belongs to a package, and its next update would undo the change; use a drop-in`;
    return context.fail({ code: 'UNIT_OF_A_PACKAGE', message });
  }
  const after = changed(unit.value, changes);
  if (after.isErr()) return context.fail(after.error);

  const before = unit.value.document.bytes;
  const isChanged = !after.value.equals(before);
  if (isChanged) {
    const accepted = await accept(unit.value, after.value);
    if (accepted.isErr()) return context.fail(accepted.error);
  }
  if (context.flag('stdout')) {
    output.write(after.value);
    return EXIT.done;
  }
  if (isChanged) {
    const written = await replaceFile(unit.value.path, after.value, { expect: before });
    if (written.isErr()) return context.fail(written.error);
  }
  const diff = diffUnit(before, after.value, unit.value.path);
  output.record({ path: unit.value.path, changed: isChanged, diff });
  output.print(isChanged ? diff.trimEnd() : 'already so');
  if (isChanged) output.log('systemd takes it in with: systemctl daemon-reload');
  return EXIT.done;
}

function changed({ document }: UnitFile, changes: readonly UnitChange[]): Result<Buffer, CliError> {
  let current = document;
  for (const change of changes) {
    const edits = change(current);
    if (edits.isErr()) return err(edits.error);
    current = applyEdits(current, edits.value);
  }
  return ok(printUnit(current));
}

/** What systemd complained about before does not count, what it complains about only now does. */
function accept({ name, document }: UnitFile, after: Buffer): ResultAsync<void, CliError> {
  return verifyUnit(name, after, { baseline: document.bytes })
    .mapErr((error): CliError => error)
    .andThen(({ complaints: [first, ...rest] }): ResultAsync<void, CliError> => {
      if (first === undefined) return okAsync(undefined);
      const message = ['systemd would not take the changed file; nothing was written', first, ...rest].join('\n');
      return errAsync({ code: 'UNIT_NOT_VALID', message });
    });
}
