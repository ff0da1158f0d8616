import { constants } from 'node:fs';
import { lstat, open, readdir, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { clearAbandoned } from '../../posix/files/index.js';
import { attemptAt, inheritedPath } from '../../posix/handles/index.js';
import type { ParentError } from '../../posix/handles/index.js';
import { runProgram } from '../../posix/programs/index.js';
import { clearDatabaseCopies } from '../database/index.js';
import { STAGE } from './replaceTexts.js';
import { entryType, walkState } from '../state/index.js';

/** Names of the temporary files of `replaceFile` and `rewriteStatePaths`. */
const TEMPORARY = /^(.*\/)\.(.*)\.wca-([1-9][0-9]*)-[0-9a-f]{12}$/s;
const MAX_ENTRIES = 1_000_000;

/**
 * Removes what killed calls of `findStatePaths` and `rewriteStatePaths` left: unfinished files and links in these parts of
 * the state, and copies of databases below /var/tmp. Those of a running process stay.
 *
 * Errors: `IO`, `INVALID_PATH`, `UNSAFE_LINK`. A root that is not there has none.
 *
 * @param roots - as given to `findStatePaths`
 */
export function clearStatePathLeftovers(roots: readonly string[]): ResultAsync<void, ParentError> {
  return new ResultAsync(clear(roots));
}

async function clear(roots: readonly string[]): Promise<Result<void, ParentError>> {
  await clearDatabaseCopies();
  for (const directory of new Set(roots.flatMap((root) => directoriesAbove(root)))) await clearStages(directory);
  for (const root of roots) {
    const type = await entryType(root);
    if (type.isErr()) return err(type.error);
    if (type.value !== 'directory') {
      const cleared = await clearAbandoned(root);
      if (cleared.isErr()) return err(cleared.error);
      continue;
    }
    const found: string[] = [];
    const directories: string[] = [];
    const walked = await walkState(root, MAX_ENTRIES, ({ path, type: kind }) => {
      const text = path.toString('utf8');
      const match = TEMPORARY.exec(text);
      if (kind === 'directory') directories.push(text);
      if (match !== null && kind === 'file') found.push(`${match[1] ?? ''}${match[2] ?? ''}`);
      if (match !== null && kind === 'symlink') found.push(text);
      return 'go';
    });
    if (walked.isErr()) return err(walked.error);
    for (const stage of directories.filter((path) => STAGE.test(basename(path)))) await clearStages(dirname(stage));
    for (const path of new Set(found)) {
      const pid = TEMPORARY.exec(path)?.[3];
      const isAtWork = pid !== undefined && (await lstat(`/proc/${pid}`).catch(() => null)) !== null;
      // What cannot be removed stays for the next call.
      if (pid !== undefined && !isAtWork) await attemptAt(path, 'unlink', unlink).unwrapOr(undefined);
      const cleared = pid === undefined ? await clearAbandoned(path) : ok(undefined);
      if (cleared.isErr()) return err(cleared.error);
    }
  }
  return ok(undefined);
}

function directoriesAbove(path: string): readonly string[] {
  return path === '/' ? [] : [dirname(path), ...directoriesAbove(dirname(path))];
}

/**
 * Only directories of this account that are closed to others, by handle: nobody else can change what is in one, and the
 * name goes only when it is empty.
 */
async function clearStages(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const pid = STAGE.exec(name)?.[1];
    if (pid === undefined || (await lstat(`/proc/${pid}`).catch(() => null)) !== null) continue;
    await attemptAt(`${directory}/${name}`, 'rmdir', clearStage).unwrapOr(undefined);
  }
}

async function clearStage(at: string): Promise<void> {
  const stage = await open(at, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const { uid, mode } = await stage.stat();
    if (uid !== process.geteuid?.() || (mode & 0o077) !== 0) return;
    const args = [`${inheritedPath(3)}/`, '-xdev', '-mindepth', '1', '-delete'];
    const emptied = await runProgram('find', args, { inherit: [stage.fd] });
    if (emptied.isOk()) await rmdir(at);
  } finally {
    await stage.close();
  }
}
