import { realpath } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError, printablePath } from '../../posix/paths/index.js';
import { runAs } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { IoError } from '../../posix/paths/index.js';
import type { ProgramError } from '../../posix/programs/index.js';
import { entryType } from '../state/index.js';

/** The package a program belongs to, and what of it a user cannot read. */
export interface PackageReach {
  /** Directory of the package the program really lies in, or null when it lies in none. */
  readonly root: string | null;
  /** Printable, at most ten. Empty when the user can read all of it. */
  readonly unreadable: readonly string[];
}

const SHOWN = 10;

/**
 * Finds files and directories of a program's npm package that a user cannot read, by trying as that user.
 *
 * A package that was installed under umask 077 has an entry that starts and modules that cannot be loaded later;
 * `explainExecution` sees the entry only. Links are not followed, and packages beside it are not looked at.
 * Errors: the program does not exist, or `find` could not be run as the user.
 *
 * @param program - absolute path; links are followed to where it really lies
 */
export function unreadablePackageFiles(
  program: string,
  identity: Identity,
): ResultAsync<PackageReach, IoError | ProgramError> {
  return new ResultAsync(find(program, identity));
}

async function find(program: string, identity: Identity): Promise<Result<PackageReach, IoError | ProgramError>> {
  const real = await ResultAsync.fromPromise(realpath(program), (cause) => ioError(cause, 'realpath', program));
  if (real.isErr()) return err(real.error);
  const root = await packageRoot(real.value);
  if (root.isErr()) return err(root.error);
  if (root.value === null) return ok({ root: null, unreadable: [] });
  const closed = ['(', '!', '-readable', '-o', '-type', 'd', '!', '-executable', ')'];
  const args = [root.value, '!', '-type', 'l', ...closed, '-print0', '-prune'];
  const ran = await runAs(identity, '/usr/bin/find', args, { timeoutMs: 120_000 });
  if (ran.isErr()) return err(ran.error);
  const found = ran.value.stdout.split('\0').filter((path) => path !== '');
  // When find may not enter a directory above, it only writes to stderr.
  const unreadable = found.length === 0 && ran.value.exitCode !== 0 ? [root.value] : found;
  return ok({ root: root.value, unreadable: unreadable.slice(0, SHOWN).map((path) => printablePath(path)) });
}

/** The nearest directory above that has a package.json and still lies in its own package. */
async function packageRoot(path: string): Promise<Result<string | null, IoError>> {
  for (let above = parent(path); above !== '/'; above = parent(above)) {
    const type = await entryType(`${above}/package.json`);
    if (type.isErr()) return err(type.error);
    if (type.value === 'file') return ok(above);
    if (above.endsWith('/node_modules')) return ok(null);
  }
  return ok(null);
}

function parent(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
