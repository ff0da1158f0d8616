import { expandSpecifiers, parseExec } from '../../../values/index.js';
import type { ExecCommand, Specifiers } from '../../../values/index.js';
import { ignored, refused } from '../reading.js';
import type { SettingReader } from '../reading.js';

/**
 * `ExecStart=` and its like: each command of the value, as it stands in the file, up to the first that is wrong. A
 * wrong one keeps the unit from loading, unless it stands behind a `-`: then it and what follows are dropped.
 *
 * Source: `config_parse_exec()` in systemd's src/core/load-fragment.c.
 */
export const readCommands: SettingReader = (text, specifiers) => {
  const first = parseExec(text);
  const values: string[] = [];
  for (const command of [first, ...first.following]) {
    if (command.pathEnd === 0) continue;
    const fault = faultOf(command, specifiers);
    if (fault !== null) {
      const unread = command.path === '' && command.fault !== null;
      if (!unread && !command.prefixes.includes('-')) return refused(fault, values);
      return values.length === 0 ? ignored(fault) : { kind: 'values', values, dropped: [fault] };
    }
    values.push(text.slice(command.pathStart, command.args.at(-1)?.end ?? command.pathEnd));
  }
  return { kind: 'values', values, dropped: [] };
};

function faultOf({ path, prefixes, args, fault }: ExecCommand, specifiers: Specifiers): string | null {
  if (path === '') return fault ?? 'a command is empty';
  const expanded = expandSpecifiers(path, specifiers);
  if (expanded.isErr()) return expanded.error.message;
  const program = expanded.value;
  if (program === '') return 'the path of the program is empty';
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[\u0000-\u001f"'\\\u007f]/.test(program))
    return 'the path of the program contains a character that systemd refuses';
  if (!program.startsWith('/') && (program.includes('/') || program === '.' || program === '..'))
    return 'the program is neither an absolute path nor a bare name';
  if (program.endsWith('/')) return 'the path of the program ends in a slash';
  if (prefixes.includes('@') && args.length === 0)
    return "after '@' the name that the program is to see as its own is missing";
  for (const { value } of args) {
    const argument = expandSpecifiers(value, specifiers);
    if (argument.isErr()) return argument.error.message;
  }
  return fault;
}
