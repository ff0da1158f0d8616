import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../posix/files/index.js';
import type { ReadFileError } from '../../posix/files/index.js';

/** What a command that goes through sudo runs, as far as its scripts show. */
export interface InstalledHop {
  /** The account that sudo runs it as. */
  readonly runAs: string;
  /** What sudo starts. */
  readonly target: string;
  /** What the target starts; null when its script does not show it, or it is no script. */
  readonly program: string | null;
  /** PATH of the program; null when the target sets none. */
  readonly searchPath: string | null;
  /** The variables that the target sets, as far as their values stand in it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The target hands every argument on, whatever it is, as that of the installer does. */
  readonly passesAll: boolean;
}

/**
 * Reads what a dispatch command runs when it is a script that calls sudo; null when it is none.
 *
 * It goes by the text of wrapper and target: one command line with `sudo … -u USER TARGET`, one `exec` of a program. Names
 * that a script puts together from variables are not followed. A target that is missing is no error: its program is null.
 *
 * Errors: those of reading a file.
 */
export function readSudoHop(command: string): ResultAsync<InstalledHop | null, ReadFileError> {
  return new ResultAsync(read(command));
}

async function read(command: string): Promise<Result<InstalledHop | null, ReadFileError>> {
  const wrapper = await script(command);
  if (wrapper.isErr()) return err(wrapper.error);
  const handedOver = wrapper.value === null ? null : throughSudo(wrapper.value);
  if (handedOver === null) return ok(null);
  const target = await script(handedOver.target);
  if (target.isErr()) return err(target.error);
  return ok({
    ...handedOver,
    ...started(target.value ?? ''),
  });
}

/** The text of a script; null for what is missing or none. */
async function script(path: string): Promise<Result<string | null, ReadFileError>> {
  const file = await readRegularFile(path, { followLinks: true, maxBytes: 16 * 1024 * 1024 });
  if (file.isErr()) {
    const isNone = ['NOT_FOUND', 'NOT_A_REGULAR_FILE', 'FILE_TOO_LARGE'].includes(file.error.code);
    return isNone ? ok(null) : err(file.error);
  }
  const { bytes } = file.value;
  const isScript = bytes.subarray(0, 2).toString('latin1') === '#!' && bytes.length < 64 * 1024 && !bytes.includes(0);
  return ok(isScript ? bytes.toString('utf8') : null);
}

function throughSudo(text: string): Pick<InstalledHop, 'runAs' | 'target'> | null {
  for (const words of commandLines(text)) {
    const at = words.findIndex((word) => /(^|\/)sudo$/.test(word));
    if (at === -1) continue;
    const rest = words.slice(at + 1);
    const user = rest.findIndex((word) => word === '-u' || word === '--user');
    const runAs =
      user === -1
        ? rest.map((word) => /^(?:--user=|-u)(.+)$/.exec(word)?.[1]).find((name) => name !== undefined)
        : rest[user + 1];
    const target = rest.find((word) => word.startsWith('/'));
    if (runAs !== undefined && target !== undefined) return { runAs, target };
  }
  return null;
}

/** Commands of a target that look at no argument. */
const PLAIN = /^(set|export|umask|cd)$|^[A-Za-z_][A-Za-z0-9_]*=/;

/** The last program that is started in place of the script, and what it gets. */
function started(text: string): Omit<InstalledHop, 'runAs' | 'target'> {
  const environment: Record<string, string> = {};
  const lines = commandLines(text).filter((words) => words.length > 0);
  for (const word of lines.flat()) {
    const [, name, value = ''] = /^([A-Z_][A-Z0-9_]*)=(.*)$/s.exec(word) ?? [];
    if (name !== undefined && !value.includes('$')) environment[name] = value;
  }
  const executed = lines.findLast(([first]) => first === 'exec') ?? [];
  const at = executed.findIndex((word) => word.startsWith('/') && !/\/(env|nice)$/.test(word));
  const isPlain = lines.every(([first = '']) => first === 'exec' || PLAIN.test(first));
  const program = executed[at] ?? null;
  const passesAll = isPlain && program !== null && executed.slice(at + 1).join(' ') === '$@';
  return { program, searchPath: environment.PATH ?? null, environment, passesAll };
}

/** Words of each line, continued lines joined, quotes taken off, comments left out. */
function commandLines(text: string): readonly (readonly string[])[] {
  return text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
    .map((line) => [...line.matchAll(/(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+/g)].map(([word]) => unquoted(word)));
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
  );
}
