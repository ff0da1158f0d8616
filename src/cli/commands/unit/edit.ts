import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { UnitChange } from '../../../systemd/edits/index.js';
import { defineCommand } from '../../command.js';
import type { CliError, CommandContext } from '../../command.js';
import type { ExitCode } from '../../exitCodes.js';
import { editFile } from './editFile.js';
import { editNamed } from './editNamed.js';
import { parseChange, parseRemoval } from './parseChange.js';
import { OPERAND_NOTE } from './readUnit.js';

const STDOUT = { name: 'stdout', help: 'print the changed file instead of writing it' } as const;
const PLACE_NOTE =
  'For a name, the change is written to the unit’s file in /etc, or to a drop-in there that overrides all others; for a path, to that file.';

export const set = defineCommand({
  usage: ['UNIT Section.Key=VALUE… [--stdout]'],
  options: [STDOUT],
  operands: { min: 2, max: Infinity },
  notes: [
    OPERAND_NOTE,
    PLACE_NOTE,
    'Section.Key=VALUE replaces every assignment of the key, Section.Key+=VALUE adds one,',
    'Service.Environment.NAME=VALUE changes one variable. A result that systemd would not accept is not written.',
  ],
  run: (context) => edit(context, parseChange),
});

export const unset = defineCommand({
  usage: ['UNIT Section.Key… [--stdout]'],
  options: [STDOUT],
  operands: { min: 2, max: Infinity },
  notes: [OPERAND_NOTE, PLACE_NOTE, 'Service.Environment.NAME removes one variable.'],
  run: (context) => edit(context, parseRemoval),
});

async function edit(
  context: CommandContext<'stdout'>,
  parse: (text: string) => Result<UnitChange, CliError>,
): Promise<ExitCode> {
  const [operand = '', ...texts] = context.operands;
  const changes = parseAll(texts, parse);
  if (changes.isErr()) return context.fail(changes.error);
  return operand.includes('/') ? editFile(context, operand, changes.value) : editNamed(context, operand, changes.value);
}

function parseAll(
  texts: readonly string[],
  parse: (text: string) => Result<UnitChange, CliError>,
): Result<readonly UnitChange[], CliError> {
  const changes: UnitChange[] = [];
  for (const text of texts) {
    const change = parse(text);
    if (change.isErr()) return err(change.error);
    changes.push(change.value);
  }
  return ok(changes);
}
