import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../../src/posix/programs/runProgram.js';
import type { Verdict } from './oracle.js';

/** What systemd made of a unit file: what it said while loading, and what it holds then. */
export interface LoadedUnit extends Omit<Verdict, 'said'> {
  /** Every `Name: value` of its dump, in order; `User` is missing where it is not set. */
  readonly properties: ReadonlyMap<string, readonly string[]>;
  /** The arguments of every command of `ExecStart=`, the program's name first. */
  readonly commands: readonly (readonly string[])[];
}

const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];

/**
 * Loads many unit files with the service manager itself, which dumps them and starts nothing: `systemd --test`. It
 * runs without a booted systemd, and for root only as somebody else.
 */
export async function loadUnits(units: readonly Buffer[]): Promise<readonly LoadedUnit[]> {
  const directory = await mkdtemp(join(tmpdir(), 'loaded-'));
  try {
    await chmod(directory, 0o755);
    const runtime = join(directory, 'run');
    await mkdir(runtime);
    await chmod(runtime, 0o777);
    const names = units.map((_, i) => `u${i}.service`);
    await Promise.all(units.map((unit, i) => writeFile(join(directory, `u${i}.service`), unit)));
    // So that a unit without a command loads as well.
    await mkdir(join(directory, 'service.d'));
    await writeFile(join(directory, 'service.d/any.conf'), '[Service]\nRemainAfterExit=yes\nExecStop=/bin/true\n');
    await writeFile(join(directory, 'all.target'), `[Unit]\nWants=${names.join('\nWants=')}\n`);
    const program = ['/usr/lib/systemd/systemd', '--test', '--user', '--unit=all.target', '--log-target=console'];
    const [first = '', ...args] = process.geteuid?.() === 0 ? ['setpriv', ...NOBODY, ...program] : program;
    const env = { SYSTEMD_UNIT_PATH: directory, XDG_RUNTIME_DIR: runtime };
    const ran = (await runProgram(first, args, { env, maxOutputBytes: 256 * 1024 * 1024 }))._unsafeUnwrap();
    const said = complaintsByUnit(ran.stderr.split('\n'));
    const dumps = new Map(ran.stdout.split('\t-> Unit ').map((dump) => [dump.slice(0, dump.indexOf(':')), dump]));
    return names.map((name) => ({ ...read(dumps.get(name) ?? ''), complaints: said.get(name) ?? [] }));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function complaintsByUnit(lines: readonly string[]): ReadonlyMap<string, LoadedUnit['complaints']> {
  const complaints = new Map<string, { readonly line: number; readonly text: string }[]>();
  for (const said of lines) {
    const [, name = '', line, text = ''] = /\/(u\d+\.service):(\d+): (.*)$/.exec(said) ?? [];
    if (line !== undefined) complaints.set(name, [...(complaints.get(name) ?? []), { line: Number(line), text }]);
  }
  return complaints;
}

function read(dump: string): Omit<LoadedUnit, 'complaints'> {
  const properties = new Map<string, string[]>();
  // A value may hold line breaks: it goes on until the next line that looks like a property.
  for (const [, name = '', value = ''] of dump.matchAll(
    /^\t\t([A-Z][\w ]*): ([\s\S]*?)(?=\n\t\t[A-Z]|\n\t\t->|\n*$(?![\s\S]))/gm,
  )) {
    properties.set(name, [...(properties.get(name) ?? []), value]);
  }
  const start = dump.indexOf('\t\t-> ExecStart:\n');
  const section = start === -1 ? '' : (dump.slice(start).split(/\n\t\t(?!\t)/, 1)[0] ?? '');
  const commands = [...section.matchAll(/^\t\t\tCommand Line: ([\s\S]*?)(?=\n\t\t\tCommand Line|\n*$(?![\s\S]))/gm)];
  return {
    loads: properties.get('Unit Load State')?.[0] === 'loaded',
    properties,
    commands: commands.map(([, line = '']) => shellWords(line)),
  };
}

/** Undoes `quote_command_line()` of systemd: words in double quotes where needed, escaped as in C. */
function shellWords(line: string): readonly string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\[\s\S])*)"|[^ ]+/g)].map(([word, quoted]) =>
    quoted === undefined ? word : quoted.replace(/\\([0-7]{3}|[\s\S])/g, (_, escape: string) => unescaped(escape)),
  );
}

function unescaped(escape: string): string {
  if (/^[0-7]{3}$/.test(escape)) return String.fromCharCode(parseInt(escape, 8));
  return { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }[escape] ?? escape;
}
