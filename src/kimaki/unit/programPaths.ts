import { lstat, readlink } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { dirname, join, resolve } from 'node:path';
import { argumentsOf, readEnvironmentFiles } from '../instance/index.js';
import type { ReadFileError } from '../../posix/files/index.js';
import { isAtOrBelow } from '../../posix/paths/index.js';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { effectiveCommands, effectiveEnvironment, effectiveValue, effectiveValues } from '../../systemd/load/index.js';
import type { EffectiveUnit } from '../../systemd/load/index.js';
import { envLine, pathsIn, programKind, shellLine } from './privilegedWords.js';
import { readScript } from './readScript.js';

/**
 * Something on the way to a program. `entry`: a file, a link or a directory by its type. `tree`: a directory with all in
 * it. `absent`: nothing is there, and what was put there would be taken instead.
 */
export interface ProgramPath {
  readonly path: string;
  readonly kind: 'entry' | 'tree' | 'absent';
}

/** What the unit does not say. */
export interface ProgramSurroundings {
  /** Directories that hold more than programs, such as the state: no package is taken as a whole that is one of these or holds one. */
  readonly roots: readonly string[];
  /** Where a path that a unit or a script names is now. */
  readonly at: (path: string) => string;
  /** Whether another account than root will be able to change this path. */
  readonly mayChange: (path: string) => Promise<boolean>;
}

/** A script that could not be read. */
export type ProgramPathsError = ReadFileError;

/**
 * Lists what decides which programs the commands of a unit start, as far as others will be able to change it.
 *
 * Followed are: programs, links and directories on the way, interpreters (also through `env`, with the directories of
 * PATH before the one that has it), files among the arguments, programs that the text of a script names, environment
 * files, and for what node runs the package it lies in and every `node_modules` that its modules are looked for in. What
 * these programs start by themselves, read as data, or load in other languages is not.
 */
export function programPaths(
  unit: EffectiveUnit,
  around: ProgramSurroundings,
): ResultAsync<readonly ProgramPath[], ProgramPathsError> {
  return new ResultAsync(collect(unit, around));
}

async function collect(
  unit: EffectiveUnit,
  around: ProgramSurroundings,
): Promise<Result<readonly ProgramPath[], ProgramPathsError>> {
  const collector = new Collector(around);
  const files = await readEnvironmentFiles(unit);
  if (files.isErr()) return err(files.error);
  const environment: Record<string, string> = { PATH: TRUSTED_PATH, ...effectiveEnvironment(unit) };
  for (const variables of files.value) Object.assign(environment, variables);
  const given = effectiveValue(unit, 'Service', 'WorkingDirectory')?.value.replace(/^-/, '') ?? '/';
  const directory = given === '~' ? (environment.HOME ?? '/') : given;
  for (const { value } of effectiveValues(unit, 'Service', 'EnvironmentFile')) {
    await collector.walk(value.replace(/^-/, ''));
  }
  const place = { directory, search: TRUSTED_PATH.split(':'), path: environment.PATH ?? '' };
  for (const command of effectiveCommands(unit)) {
    const done = await collector.command([command.program, ...argumentsOf(command, environment)], place);
    if (done.isErr()) return err(done.error);
  }
  const found = [...collector.found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const trees = found.filter(({ kind }) => kind === 'tree').map(({ path }) => path);
  return ok(found.filter(({ path }) => !trees.some((tree) => tree !== path && isAtOrBelow(path, tree))));
}

/** Files and directories of which the usual programs take what they run: plugins, tools, hooks. From a home or a project. */
const CONFIGURATION = [
  'opencode.json',
  'opencode.jsonc',
  ...['.opencode', '.config/opencode'].flatMap((directory) =>
    ['opencode.json', 'opencode.jsonc', 'plugin', 'plugins', 'tool', 'tools', 'command', 'commands'].map(
      (name) => `${directory}/${name}`,
    ),
  ),
  '.claude/settings.json',
  '.claude/settings.local.json',
  '.claude/hooks',
  '.mcp.json',
  '.codex/config.toml',
  '.git/hooks',
  '.git/config',
  '.gitconfig',
  '.config/git/config',
  '.npmrc',
  '.profile',
  '.bash_profile',
  '.bashrc',
  '.wp-cli/config.yml',
  'wp-cli.yml',
];

/** Where the configuration may lie by which the programs of a unit run others; pure. What is not there counts too. */
export function configuredPrograms(unit: EffectiveUnit, roots: readonly string[]): readonly string[] {
  const directory = effectiveValue(unit, 'Service', 'WorkingDirectory')?.value.replace(/^-/, '');
  const places = [directory, effectiveEnvironment(unit).HOME, '/root', ...roots, ...roots.map((root) => dirname(root))];
  const absolute = places.filter((place) => place !== undefined && place.startsWith('/') && place !== '/');
  return [...new Set(absolute)].flatMap((place) => CONFIGURATION.map((name) => join(place ?? '', name)));
}

interface Place {
  readonly directory: string;
  /** Where a bare name is looked for. */
  readonly search: readonly string[];
  /** PATH of what is started. */
  readonly path: string;
}

const CODE = /\.(m?js|cjs|ts|mts|cts|py|sh|bash|pl|rb|php)$/;
const NODE = /(^|\/)(node|nodejs|bun|deno)$/;

class Collector {
  readonly found = new Map<string, ProgramPath>();
  readonly #read = new Set<string>();

  constructor(private readonly around: ProgramSurroundings) {}

  async command(words: readonly string[], place: Place): Promise<Result<void, ProgramPathsError>> {
    const [given = '', ...args] = words;
    const program = given.includes('/') ? resolve(place.directory, given) : await this.#located(given, place.search);
    if (program === null) return ok(undefined);
    const real = await this.walk(program);
    if (/(^|\/)env$/.test(program)) {
      const line = envLine(args);
      if (line === null || line.command.length === 0) return ok(undefined);
      const path = line.sets.findLast(([name]) => name === 'PATH')?.[1] ?? (line.clears ? TRUSTED_PATH : place.path);
      const directory = line.directory === null ? place.directory : resolve(place.directory, line.directory);
      return this.command(line.command, { directory, search: path.split(':'), path });
    }
    const followed = await this.#follow(real, place);
    if (followed.isErr()) return followed;
    const script = programKind(program) === 'shell' ? shellLine(args).script : null;
    const named = args.flatMap((arg) => [...pathsIn(arg), ...(arg.startsWith('-') ? [] : [arg])]);
    for (const path of named.map((one) => resolve(place.directory, one))) {
      const isScript = script !== null && path === resolve(place.directory, script);
      const done = await this.#candidate(path, place, isScript);
      if (done.isErr()) return done;
    }
    return ok(undefined);
  }

  /** Notes every component that others will be able to change, and gives where the path leads; null for nothing. */
  async walk(given: string): Promise<string | null> {
    let pending = this.around
      .at(resolve('/', given))
      .split('/')
      .filter((name) => name !== '');
    let current = '';
    for (let links = 0; ;) {
      const name = pending.shift();
      if (name === undefined) return current === '' ? '/' : current;
      current = name === '..' ? dirname(current) : `${current === '/' ? '' : current}/${name}`;
      const moved = this.around.at(current);
      if (moved !== current) current = moved;
      const stat = await lstat(current).catch(() => null);
      if (stat === null) return null;
      if (await this.around.mayChange(current)) this.#note({ path: current, kind: 'entry' });
      if (!stat.isSymbolicLink()) continue;
      links += 1;
      const target = await readlink(current).catch(() => null);
      if (target === null || links > 40) return null;
      pending = [
        ...resolve(dirname(current), target)
          .split('/')
          .filter((part) => part !== ''),
        ...pending,
      ];
      current = '';
    }
  }

  #note(path: ProgramPath): void {
    if (this.found.get(path.path)?.kind !== 'tree') this.found.set(path.path, path);
  }

  /** A file among arguments or in a text counts where it is code by its name, its mode or its first line. */
  async #candidate(path: string, place: Place, always: boolean): Promise<Result<void, ProgramPathsError>> {
    const stat = await lstat(this.around.at(path)).catch(() => null);
    if (stat === null || stat.isDirectory()) return ok(undefined);
    const isCode = stat.isSymbolicLink() || (stat.mode & 0o111) !== 0 || CODE.test(path);
    if (!isCode && !always) {
      const script = await readScript(this.around.at(path));
      if (script.isErr()) return err(script.error);
      if (script.value?.text.startsWith('#!') !== true) return ok(undefined);
    }
    return this.#follow(await this.walk(path), place);
  }

  /** What the file itself needs: its interpreter, programs that its text names, its modules. */
  async #follow(real: string | null, place: Place): Promise<Result<void, ProgramPathsError>> {
    if (real === null || this.#read.has(real) || !(await this.around.mayChange(real))) return ok(undefined);
    this.#read.add(real);
    const script = await readScript(real);
    if (script.isErr()) return err(script.error);
    const [program, argument] = script.value?.interpreter ?? [];
    const isNode = /\.(m?js|cjs|[mc]?ts)$/.test(real) || NODE.test(argument ?? '') || NODE.test(program ?? '');
    if (isNode) await this.#modules(real);
    if (program !== undefined) {
      const words = [program, ...(argument === undefined ? [] : argument.split(/\s+/)), real];
      const done = await this.command(words, place);
      if (done.isErr()) return done;
    }
    if (isNode || script.value === null) return ok(undefined);
    for (const path of pathsIn(script.value.text.replace(/(^|\s)#.*$/gm, '$1')).filter((one) => one.startsWith('/'))) {
      const done = await this.#candidate(path, place, false);
      if (done.isErr()) return done;
    }
    return ok(undefined);
  }

  /** The package that a module is part of, and every directory in which its imports are looked for. */
  async #modules(real: string): Promise<void> {
    let inPackage = false;
    for (let directory = dirname(real); directory !== '/'; directory = dirname(directory)) {
      const isOpen = await this.around.mayChange(directory);
      if (!isOpen) continue;
      const modules = join(directory, 'node_modules');
      this.#note({ path: modules, kind: (await exists(modules)) ? 'tree' : 'absent' });
      const manifest = join(directory, 'package.json');
      if (!(await exists(manifest))) {
        if (!inPackage) this.#note({ path: manifest, kind: 'absent' });
        continue;
      }
      const isWhole = !inPackage && !this.around.roots.some((root) => isAtOrBelow(root, directory));
      this.#note(isWhole ? { path: directory, kind: 'tree' } : { path: manifest, kind: 'entry' });
      inPackage = true;
    }
  }

  async #located(name: string, search: readonly string[]): Promise<string | null> {
    for (const directory of search.filter((one) => one.startsWith('/'))) {
      const path = this.around.at(join(directory, name));
      if (await exists(path)) return path;
      if (await this.around.mayChange(path)) this.#note({ path, kind: 'absent' });
    }
    return null;
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
