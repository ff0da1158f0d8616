import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { guardEditable, invalidValue } from '../document/index.js';
import { guardWord, parseExec, requoted } from '../values/index.js';
import type { ExecArgument, ExecCommand } from '../values/index.js';
import { guardMember } from './replaceAssignment.js';
import { spliceValue } from './spliceValue.js';
import type { Splice } from './spliceValue.js';
import type { Assignment, Edit, UnitDocument, UnitEditError } from '../document/index.js';

/** Which word of a command is set. */
export type ExecPlace =
  /** The program; its prefixes stay. */
  | { readonly at: 'program' }
  /** The argument at this position behind the program, from 0; with the prefix `@`, 0 is the program's own name. */
  | { readonly at: 'argument'; readonly index: number }
  /** The value of an option, `--name value` or `--name=value`, wherever it stands; a missing one is added. */
  | { readonly at: 'option'; readonly name: string }
  /** A new argument behind all others, unless one of them is this already. */
  | { readonly at: 'end' };

/**
 * Gives one word of an `Exec…=` line this value, quoted as systemd needs it, and leaves every other byte of the line.
 *
 * A command on several lines keeps them. A word that has the value already gives no edits. The value is compared and
 * written as `parseExec` gives it: specifiers and `$VARIABLES` keep their meaning, plain text goes through
 * `escapeExpansion` first. An option is looked for, and added, before a lone `--`; what the program makes of it is not known here.
 * Of a line with several commands (`; `) the one at `command` is meant, the first by default.
 *
 * Errors: `UNIT_NOT_EDITABLE`, `ASSIGNMENT_NOT_IN_DOCUMENT`, `INVALID_UNIT_VALUE`, `EXEC_ARGUMENT_NOT_FOUND` (no such
 * command or position), `EXEC_UNREADABLE` (no command line, or one that cannot be read to its end).
 */
export function setExecArgument(
  document: UnitDocument,
  assignment: Assignment,
  place: ExecPlace,
  value: string,
  command = 0,
): Result<readonly Edit[], UnitEditError> {
  return guardEditable(document)
    .andThen(() => guardMember(document, assignment))
    .andThen(() => guardWord(assignment.key, value))
    .andThen(() => commandOf(assignment, command))
    .andThen((found) => splicesFor(assignment, found, place, value))
    .andThen((splices) => spliceValue(document, assignment, splices));
}

function commandOf(assignment: Assignment, index: number): Result<ExecCommand, UnitEditError> {
  const { key, line, value } = assignment;
  const first = parseExec(value);
  const commands = first.pathEnd === 0 ? [] : [first, ...first.following];
  const unread = commands.find((one) => one.fault !== null)?.fault ?? null;
  const fault = /^Exec[A-Z]/.test(key) ? unread : 'no command line';
  if (fault !== null) {
    const message = `${key}= of line ${line} has ${fault}; repair the line by hand first`;
    return err({ code: 'EXEC_UNREADABLE', message, key, line, reason: fault });
  }
  const found = commands[index];
  return found === undefined ? notFound(assignment, `${commands.length} commands, not a command ${index}`) : ok(found);
}

function splicesFor(
  assignment: Assignment,
  command: ExecCommand,
  place: ExecPlace,
  value: string,
): Result<readonly Splice[], UnitEditError> {
  const { prefixes, path, pathStart, pathEnd, args } = command;
  const set = ({ start, end, value: now }: ExecArgument, wanted: string): readonly Splice[] =>
    now === wanted ? [] : [{ start, end, text: requoted(wanted, assignment.value.slice(start, end)) }];
  switch (place.at) {
    case 'program':
      if (value === '' || parseExec(requoted(prefixes + value, '')).path !== value) {
        return invalidValue(assignment.key, 'it looks like a prefix of a command');
      }
      return ok(set({ start: pathStart, end: pathEnd, value: prefixes + path }, prefixes + value));
    case 'argument': {
      const found = args[place.index];
      if (found === undefined) return notFound(assignment, `${args.length} arguments, not an argument ${place.index}`);
      return ok(set(found, value));
    }
    case 'end':
      return ok(args.some((one) => one.value === value) ? [] : [added(args.at(-1)?.end ?? pathEnd, [value])]);
    case 'option': {
      const lone = args.findIndex((one) => one.value === '--');
      const options = lone === -1 ? args : args.slice(0, lone);
      const joined = `${place.name}=`;
      const found = options.flatMap((one, index) => {
        if (one.value.startsWith(joined)) return [set(one, joined + value)];
        if (one.value !== place.name) return [];
        const next = options[index + 1];
        return [next === undefined ? [added(one.end, [value])] : set(next, value)];
      });
      return ok(found.length > 0 ? found.flat() : [added(options.at(-1)?.end ?? pathEnd, [place.name, value])]);
    }
  }
}

function added(behind: number, words: readonly string[]): Splice {
  return { start: behind, end: behind, text: words.map((word) => ` ${requoted(word, '')}`).join('') };
}

function notFound({ key, line }: Assignment, found: string): Result<never, UnitEditError> {
  const message = `${key}= of line ${line} has ${found}; the first one is 0`;
  return err({ code: 'EXEC_ARGUMENT_NOT_FOUND', message, key, line });
}
