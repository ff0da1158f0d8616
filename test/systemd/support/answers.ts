import type * as execModule from '../../../src/systemd/values/parseExec.js';
import type * as unitModule from '../../../src/systemd/document/parseUnit.js';
import type * as variablesModule from '../../../src/systemd/values/liveVariables.js';
import type * as valuesModule from '../../../src/systemd/document/unitValues.js';
import type { ExecCommand } from '../../../src/systemd/values/parseExec.js';
import type { LoadedUnit } from './loadedUnits.js';

/** The modules that read a unit: the real ones, or copies in which a rule is switched off. */
export interface Reader {
  readonly parseUnit: typeof unitModule.parseUnit;
  readonly parseExec: typeof execModule.parseExec;
  readonly unitValues: typeof valuesModule.unitValues;
  readonly liveVariables: typeof variablesModule.liveVariables;
}

/** Everything the parser says about a unit file, as short text. */
export interface Answer {
  readonly assignments: readonly string[];
  readonly sections?: readonly string[];
  readonly problems?: readonly string[];
  readonly environment?: readonly string[];
  readonly commands?: readonly string[];
}

/** What systemd says about it. */
export interface Word {
  readonly loads: boolean;
  readonly complaints: readonly string[];
  readonly user?: string;
  readonly environment?: readonly string[];
  readonly commands?: readonly (readonly string[])[];
}

export function answerOf(reader: Reader, bytes: Buffer): Answer {
  const unit = reader.parseUnit(bytes);
  const commands = reader.unitValues(unit, 'Service', 'ExecStart').flatMap((value) => {
    const { following, ...first } = reader.parseExec(value);
    return [{ ...first, following: [] }, ...following].map((command) => shownCommand(value, command));
  });
  const environment = reader.liveVariables(unit).map(({ assignment, variable }) => {
    const { name, value, start, end } = variable;
    return `${name}=${value} <${assignment.value.slice(start, end)}>`;
  });
  return compact({
    assignments: unit.assignments.map((one) => {
      const lines = one.line === one.lastLine ? String(one.line) : `${one.line}-${one.lastLine}`;
      const place = bytes.toString('latin1', one.valueStart, one.valueEnd);
      return shortened(
        `${lines} [${one.section}] ${one.key}=${one.value} <${place}> at ${one.valueStart} of ${one.start}-${one.end}`,
      );
    }),
    sections: unit.sections.map(({ name, line, lastLine, bodyEnd }) => {
      const lines = line === lastLine ? String(line) : `${line}-${lastLine}`;
      return shortened(`${lines} [${name}] to ${bodyEnd}`);
    }),
    problems: [
      ...unit.problems.map(({ code, line }) => `${line} ${code}${unit.unsafe?.code === code ? ', unsafe' : ''}`),
      ...(unit.endsInContinuation ? ['ends in a continuation'] : []),
    ],
    environment,
    commands,
  });
}

export function wordOf(loaded: LoadedUnit): Word {
  const { loads, complaints, properties, commands } = loaded;
  const user = properties.get('User')?.[0];
  const environment = properties.get('Environment') ?? [];
  return {
    loads,
    complaints: complaints.map(({ line, text }) => shortened(`${line}: ${text}`)),
    ...(user === undefined ? {} : { user }),
    ...(environment.length === 0 ? {} : { environment }),
    ...(commands.length === 0 ? {} : { commands }),
  };
}

function shownCommand(value: string, command: ExecCommand): string {
  const { prefixes, path, pathStart, pathEnd, args, fault } = command;
  const words = args.map((one) => `${one.value} <${value.slice(one.start, one.end)}>`);
  const program = `[${prefixes}] ${path} <${value.slice(pathStart, pathEnd)}>`;
  return [program, ...words, ...(fault === null ? [] : [fault])].join(' · ');
}

/** A list that is empty says nothing, and is left out. */
function compact({ assignments, ...rest }: Required<Answer>): Answer {
  return { assignments, ...Object.fromEntries(Object.entries(rest).filter(([, list]) => list.length > 0)) };
}

/** Lines of a megabyte are told apart by their ends and their length. */
function shortened(text: string): string {
  return text.length <= 400 ? text : `${text.slice(0, 40)}…${text.slice(-40)} (${text.length})`;
}

/** The same facts from both sides: whether the unit can be read at all, and what its values come to. */
export function agreement(
  reader: Reader,
  bytes: Buffer,
  loaded: LoadedUnit,
): { readonly theirs: Facts; readonly own: Facts } {
  const unit = reader.parseUnit(bytes);
  const users = reader.unitValues(unit, 'Service', 'User');
  const variables = new Map<string, string>();
  for (const { variable } of reader.liveVariables(unit)) variables.set(variable.name, variable.value);
  const commands = reader.unitValues(unit, 'Service', 'ExecStart').flatMap((value) => {
    const { following, ...first } = reader.parseExec(value);
    return [{ ...first, following: [] }, ...following];
  });
  // Behind its first word a command that cannot be read fails the unit, unless a minus allows it to fail.
  const unread = commands.some(
    ({ fault, path, prefixes }) => fault?.includes('quote') === true && path !== '' && !prefixes.includes('-'),
  );
  const fatal = unread || unit.problems.some(({ code }) => FATAL.has(code));
  const readable = commands.filter(({ fault, path }) => fault === null && /^(?:\/|[^-@:+!|./][^/]*$)/.test(path));
  const own = {
    broken: fatal,
    user: plain(users.at(-1) ?? ''),
    environment: [...variables].map(([name, value]) => plain(`${name}=${value}`)).sort(),
    commands: readable.map(({ prefixes, path, args }) =>
      [...(prefixes.includes('@') ? [] : [path]), ...args.map(({ value }) => value)].map(plain),
    ),
  };
  const theirs = {
    broken: fatal && !loaded.loads,
    user: loaded.properties.get('User')?.[0] ?? '',
    environment: [...(loaded.properties.get('Environment') ?? [])].sort(),
    commands: loaded.commands,
  };
  // Of a unit that does not load systemd keeps what it read before the fault.
  return loaded.loads ? { own, theirs } : { own: { broken: fatal }, theirs: { broken: theirs.broken } };
}

type Facts = Readonly<Record<string, unknown>>;

const FATAL: ReadonlySet<string> = new Set(['INVALID_UTF8', 'LINE_TOO_LONG', 'BROKEN_HEADER']);

/** The one specifier that means the same everywhere. */
function plain(text: string): string {
  return text.replaceAll('%%', '%');
}
