import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import { runProgram } from '../../posix/programs/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ProgramError } from '../../posix/programs/index.js';

/** What `systemd-analyze verify` wrote, and its exit status. */
export interface Said {
  readonly lines: readonly string[];
  readonly status: number | null;
}

/** Nothing to say. */
export const SILENT: Said = { lines: [], status: 0 };

/** Asks about a unit with one file (`x.service`, `x.service.d/y.conf`) in place of the installed one of that name. */
export async function askAnalyze(
  directory: string,
  file: string,
  name: string,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<Result<Said, IoError | ProgramError>> {
  const path = `${directory}/${file}`;
  const written = await ResultAsync.fromPromise(
    mkdir(dirname(path), { recursive: true, mode: 0o700 }).then(() =>
      writeFile(path, bytes, { mode: 0o600, flag: 'wx' }),
    ),
    (cause) => ioError(cause, 'open', path),
  );
  if (written.isErr()) return err(written.error);
  // systemd takes the name from the path, and finds the file of that name wherever it is installed.
  const ran = await runProgram('systemd-analyze', ['verify', '--man=no', '--', `${directory}/${name}`], {
    env: { SYSTEMD_UNIT_PATH: `${directory}:`, SYSTEMD_LOG_TARGET: 'console', SYSTEMD_LOG_COLOR: '0' },
    timeoutMs: 30_000,
    ...(signal === undefined ? {} : { signal }),
  });
  return ran.map(({ exitCode, stderr }) => ({
    lines: stderr
      .split('\n')
      .map((line) => line.replaceAll(`${directory}/`, '').trimEnd())
      .filter((line) => line !== ''),
    status: exitCode,
  }));
}

/** What is said now more often than before; the same complaint about another line is the same complaint. */
export function added(now: Said, before: Said): string[] {
  const withoutNumber = (line: string): string => line.replace(/:\d+:/, ':');
  const known = before.lines.map(withoutNumber);
  return now.lines.filter((line) => {
    const at = known.indexOf(withoutNumber(line));
    if (at !== -1) known.splice(at, 1);
    return at === -1;
  });
}

/** Below /run, which only root can write to, where we may; removed whatever happens. */
export async function withPrivateDirectory<T, E>(
  use: (directory: string) => Promise<Result<T, E | IoError>>,
): Promise<Result<T, E | IoError>> {
  const root = process.geteuid?.() === 0 ? '/run' : tmpdir();
  const made = await ResultAsync.fromPromise(mkdtemp(`${root}/wca-verify-`), (cause) =>
    ioError(cause, 'mkdtemp', root),
  );
  if (made.isErr()) return err(made.error);
  try {
    return await use(made.value);
  } finally {
    await rm(made.value, { recursive: true, force: true });
  }
}
