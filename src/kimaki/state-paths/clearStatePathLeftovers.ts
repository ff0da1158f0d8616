import { lstat, readdir, rm, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { clearAbandoned } from '../../posix/files/index.js';
import { attemptAt } from '../../posix/handles/index.js';
import type { InvalidPath } from '../../posix/handles/index.js';
import type { IoError } from '../../posix/paths/index.js';
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
 * Errors: `IO`, `INVALID_PATH`. A root that is not there has none.
 *
 * @param roots - as given to `findStatePaths`
 */
export function clearStatePathLeftovers(roots: readonly string[]): ResultAsync<void, IoError | InvalidPath> {
  return new ResultAsync(clear(roots));
}

async function clear(roots: readonly string[]): Promise<Result<void, IoError | InvalidPath>> {
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

/** Only directories of this account that are closed to others, so that no other account can change them meanwhile. */
async function clearStages(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const pid = STAGE.exec(name)?.[1];
    if (pid === undefined || (await lstat(`/proc/${pid}`).catch(() => null)) !== null) continue;
    const path = `${directory}/${name}`;
    const stat = await lstat(path).catch(() => null);
    if (stat?.isDirectory() === true && stat.uid === process.geteuid?.() && (stat.mode & 0o077) === 0)
      await attemptAt(path, 'rm', (at) => rm(at, { recursive: true, force: true })).unwrapOr(undefined);
  }
}
