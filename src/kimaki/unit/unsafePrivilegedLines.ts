import { access, constants } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { dirname, resolve } from 'node:path';
import { argumentsOf, readEnvironmentFiles } from '../instance/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { checkTrustedPath } from '../../posix/handles/index.js';
import type { TrustError } from '../../posix/handles/index.js';
import { printablePath } from '../../posix/paths/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { effectiveEnvironment, effectiveValue, effectiveValues } from '../../systemd/load/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';
import { privilegedLines } from './privilegedLines.js';
import type { PrivilegedLine } from './privilegedLines.js';
import {
  envLine,
  isReadByLoader,
  pathsIn,
  programKind,
  readerIn,
  shellLine,
  variableKind,
  variablesIn,
} from './privilegedWords.js';
import { readScript } from './readScript.js';

/** A command that root runs, and by which another account could become root. */
export interface UnsafePrivilegedLine {
  readonly line: PrivilegedLine;
  /** The path or the name of the variable at fault. */
  readonly subject: string;
  /** What is wrong with it. Values of variables appear only where they are paths. */
  readonly reason: string;
}

/** What the files of the unit do not say. */
export interface PrivilegedSurroundings {
  /** Home of the account that `User=` names: systemd sets HOME to it for these lines too. */
  readonly home: string;
  /** Says that another account than root will be able to change this path, though only root can today. */
  readonly willChange?: (path: string) => Promise<boolean>;
}

/** A path could not be looked at, or a script not be read. */
export type PrivilegedLineError = TrustError | ReadFileError;

/**
 * Finds the privileged lines by which an account other than root could have root run something else.
 *
 * Judged are the program and its interpreter, every file among the arguments, also behind `sh -c` and relative to
 * `WorkingDirectory=`, and the environment: only names known to be harmless are accepted, and of those that are searched
 * or read (PATH, HOME, TMPDIR) only values that nobody but root can change. HOME and the working directory may be the
 * agent's for programs that take no settings from there: the usual tools on files, and shells that are no login shells
 * and whose text names no program that does. `env` is followed: a line `+/usr/bin/env -i -C / HOME=/root PATH=/usr/bin:/bin
 * PROGRAM` takes nothing from the unit.
 *
 * A shell's text is searched for names and not understood, and what a compiled program opens is not known.
 *
 * Source: systemd.exec(5), Environment variables in spawned processes; systemd.service(5), Command lines.
 */
export function unsafePrivilegedLines(
  unit: EffectiveUnit,
  around: PrivilegedSurroundings,
): ResultAsync<readonly UnsafePrivilegedLine[], PrivilegedLineError> {
  return new ResultAsync(find(unit, around));
}

async function find(
  unit: EffectiveUnit,
  around: PrivilegedSurroundings,
): Promise<Result<readonly UnsafePrivilegedLine[], PrivilegedLineError>> {
  const found: UnsafePrivilegedLine[] = [];
  const variables = await readEnvironmentFiles(unit);
  if (variables.isErr()) return err(variables.error);
  const environment = environmentOf(unit, around.home, variables.value);
  const directory = effectiveValue(unit, 'Service', 'WorkingDirectory')?.value.replace(/^-/, '') ?? '/';
  const search = effectiveValues(unit, 'Service', 'ExecSearchPath').flatMap(({ value }) => value.split(':'));
  const judge = new Judge(around.willChange ?? (() => Promise.resolve(false)));
  const files = effectiveValues(unit, 'Service', 'EnvironmentFile').map(({ value }) => value.replace(/^-/, ''));
  for (const line of privilegedLines(unit)) {
    const unread = await judge.files(files);
    if (unread.isErr()) return err(unread.error);
    if (unread.value !== null) {
      found.push({ line, ...unread.value });
      continue;
    }
    const fault = await judge.command({
      words: [line.path, ...argumentsOf(line, Object.fromEntries(environment))],
      environment,
      directory: directory === '~' ? around.home : directory,
      search: search.length === 0 ? TRUSTED_PATH.split(':') : search,
      depth: 0,
    });
    if (fault.isErr()) return err(fault.error);
    if (fault.value !== null) found.push({ line, ...fault.value });
  }
  return ok(found);
}

/** As systemd puts it together for a line that stays root's: `User=` counts for HOME, USER, LOGNAME and SHELL all the same. */
function environmentOf(
  unit: EffectiveUnit,
  home: string,
  files: readonly Readonly<Record<string, string>>[],
): ReadonlyMap<string, string> {
  const passed = effectiveValues(unit, 'Service', 'PassEnvironment').flatMap(({ value }) => value.split(/\s+/));
  const environment = new Map<string, string>([
    ['PATH', TRUSTED_PATH],
    ['HOME', home],
    ...passed.filter((name) => name !== '').map((name): [string, string] => [name, '']),
    ...Object.entries(effectiveEnvironment(unit)),
    ...files.flatMap((variables) => Object.entries(variables)),
  ]);
  for (const { value } of effectiveValues(unit, 'Service', 'UnsetEnvironment')) {
    for (const word of value.split(/\s+/)) {
      const [name = '', wanted] = word.split(/=(.*)/s);
      if (wanted === undefined || environment.get(name) === wanted) environment.delete(name);
    }
  }
  return environment;
}

interface Command {
  /** The program and its arguments, variables expanded. */
  readonly words: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly directory: string;
  /** Where a bare name is looked for. */
  readonly search: readonly string[];
  readonly depth: number;
}

type Fault = Omit<UnsafePrivilegedLine, 'line'>;
type Judged = Result<Fault | null, PrivilegedLineError>;

/** More scripts that start each other through `#!` than the kernel follows. */
const MAX_DEPTH = 6;

class Judge {
  constructor(private readonly willChange: (path: string) => Promise<boolean>) {}

  async command(command: Command): Promise<Judged> {
    const [given = '', ...args] = command.words;
    if (command.depth > MAX_DEPTH) return fault(given, 'starts too many interpreters and environments to be followed');
    const program = await located(given, command);
    const trusted = await this.path(program, 'run');
    if (trusted.isErr() || trusted.value !== null) return trusted;
    if (/(^|\/)env$/.test(program)) return this.throughEnv(command, args);
    const script = await readScript(program);
    if (script.isErr()) return err(script.error);
    if (script.value !== null && script.value.interpreter.length > 0) {
      const words = [...script.value.interpreter, program, ...args];
      return this.command({ ...command, words, depth: command.depth + 1 });
    }
    return this.all([
      () => this.environment(command),
      () => this.arguments(program, args, command),
      () => this.settings(program, args, command),
    ]);
  }

  /** Whoever can change an environment file can set any variable. */
  files(paths: readonly string[]): Promise<Judged> {
    return this.all(paths.map((path) => () => this.path(path, 'use')));
  }

  private throughEnv(command: Command, args: readonly string[]): Promise<Judged> {
    const loader = [...command.environment.keys()].find((name) => isReadByLoader(name));
    if (loader !== undefined) return Promise.resolve(fault(loader, 'changes how every program is loaded'));
    const line = envLine(args);
    if (line === null || line.command.length === 0) {
      return Promise.resolve(fault('env', 'has arguments that are not understood'));
    }
    const environment = new Map(line.clears ? [] : command.environment);
    for (const name of line.unsets) environment.delete(name);
    for (const [name, value] of line.sets) environment.set(name, value);
    const search = (environment.get('PATH') ?? TRUSTED_PATH).split(':');
    const directory = line.directory === null ? command.directory : resolve(command.directory, line.directory);
    return this.command({ words: line.command, environment, directory, search, depth: command.depth + 1 });
  }

  /** Names first, then the values of those that every program searches. */
  private environment({ environment }: Command): Promise<Judged> {
    const unknown = [...environment.keys()].find((name) => variableKind(name) === 'unknown');
    if (unknown !== undefined) {
      return Promise.resolve(fault(unknown, 'is a variable that is not known to be harmless to a program of root'));
    }
    const searched = ['PATH', 'SHELL', 'TMPDIR'].flatMap((name) =>
      (environment.get(name) ?? '')
        .split(name === 'PATH' ? ':' : '\0')
        .filter((entry) => entry !== '' || (name === 'PATH' && environment.has(name)))
        .map((entry) => ({ name, entry })),
    );
    return this.all(
      searched.map(({ name, entry }) => async () => {
        if (!entry.startsWith('/'))
          return fault(name, `${name}=${printablePath(entry)} means another place in each directory`);
        const judged = await this.path(entry, 'search');
        return judged.map(
          (found) => found && { ...found, reason: `is named by ${name}=${entry}, and ${found.reason}` },
        );
      }),
    );
  }

  /** Every file that the arguments name. */
  private arguments(program: string, args: readonly string[], command: Command): Promise<Judged> {
    const kind = programKind(program);
    const shell = kind === 'shell' ? shellLine(args) : null;
    const text = shell?.text ?? null;
    const home = command.environment.get('HOME') ?? '/';
    const variables = Object.fromEntries(command.environment);
    // The first operand of these is an owner or a mode.
    const owner = /\/ch(own|grp|mod)$/.test(program) ? args.find((arg) => !arg.startsWith('-')) : undefined;
    const named = args.flatMap((arg) => {
      // The shell expands the variables that systemd has left to it.
      const isText = text !== null && arg === text;
      const seen = isText
        ? arg
            .replace(/\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?/g, (whole, name: string) => variables[name] ?? whole)
            .replace(/(^|[\s'"=:])~/g, `$1${home}`)
        : arg;
      const whole = kind === 'files' && !arg.startsWith('-') && arg !== owner ? [arg] : [];
      const found = pathsIn(seen).filter((path) => kind !== 'words' || path.startsWith('/'));
      return [...whole, ...found];
    });
    const script = shell?.script ?? null;
    return this.all([
      ...(script === null ? [] : [() => this.path(resolve(command.directory, script), 'run')]),
      ...named.map((path) => () => this.path(resolve(command.directory, path), 'use')),
    ]);
  }

  /** What a program takes from its home, its directory and the variables that it reads. */
  private async settings(program: string, args: readonly string[], command: Command): Promise<Judged> {
    const { environment, directory } = command;
    const kind = programKind(program);
    if (kind === 'words' || kind === 'files') return ok(null);
    const shell = kind === 'shell' ? shellLine(args) : null;
    const named = shell?.script ?? null;
    const script = named === null ? ok(null) : await readScript(resolve(directory, named));
    if (script.isErr()) return err(script.error);
    const text = shell === null ? null : [shell.text ?? '', script.value?.text ?? ''].join('\n');
    const variables = text === null ? null : variablesIn(text);
    const reader = text === null ? program : readerIn(text);
    const places = [
      ...(reader !== undefined || shell?.readsHome === true
        ? [{ by: 'HOME', path: environment.get('HOME') ?? '' }]
        : []),
      ...(reader === undefined ? [] : [{ by: 'WorkingDirectory', path: directory }]),
      ...[...environment]
        .filter(([name]) => variableKind(name) === 'application' || name === 'HOME')
        .filter(([name]) => (variables === null ? true : variables.has(name)))
        .flatMap(([by, value]) => pathsIn(value).map((path) => ({ by, path }))),
    ];
    return this.all(
      places
        .filter(({ path }) => path.startsWith('/'))
        .map(({ by, path }) => async () => {
          const judged = await this.path(path, 'search');
          const who = reader ?? program;
          return judged.map(
            (found) => found && { ...found, reason: `is where ${by}= leads, which ${who} reads, and ${found.reason}` },
          );
        }),
    );
  }

  private async all(questions: readonly (() => Promise<Judged>)[]): Promise<Judged> {
    for (const ask of questions) {
      const judged = await ask();
      if (judged.isErr() || judged.value !== null) return judged;
    }
    return ok(null);
  }

  /** What is run has to be there: whoever makes it decides what runs. Anything else may be missing where only root makes files. */
  private async path(given: string, use: 'run' | 'search' | 'use'): Promise<Judged> {
    const path = use === 'use' ? given.replace(/\/[^/]*[*?[].*$/s, '') || '/' : given;
    if (!path.startsWith('/') || /^\/dev\/(null|zero|full|u?random|std(in|out|err)|fd(\/|$))/.test(path))
      return ok(null);
    const trusted = await checkTrustedPath(path);
    if (trusted.isErr()) {
      const { error } = trusted;
      if (error.code === 'UNTRUSTED_PATH') return fault(path, at(path, error.component, error.reason));
      if (error.code !== 'NOT_FOUND') return err(error);
      if (use === 'run') return fault(path, 'does not exist');
      const above = await checkTrustedPath(dirname(error.component));
      if (above.isErr()) {
        if (above.error.code !== 'UNTRUSTED_PATH') return err(above.error);
        return fault(path, at(path, above.error.component, above.error.reason));
      }
    }
    return (await this.willChange(path)) ? fault(path, 'will be open to the agent') : ok(null);
  }
}

function at(path: string, component: string, reason: string): string {
  return component === path ? reason : `${component}: ${reason}`;
}

function fault(subject: string, reason: string): Judged {
  return ok({ subject: printablePath(subject), reason });
}

/** Where a program is, as written or as found; a bare name that is nowhere stays bare. */
async function located(given: string, { directory, search }: Command): Promise<string> {
  if (given.includes('/')) return resolve(directory, given);
  for (const entry of search.filter((one) => one.startsWith('/'))) {
    const path = `${entry.replace(/\/+$/, '')}/${given}`;
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return given;
}
