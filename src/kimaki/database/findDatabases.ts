import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../../posix/paths/index.js';
import { isDatabase } from './sqliteDatabase.js';
import { entryType, walkState } from '../state/index.js';

/** The databases of a part of the state. */
export interface FoundDatabases {
  /** Absolute. */
  readonly paths: readonly string[];
  /** False when a limit ended the search. */
  readonly complete: boolean;
}

/**
 * Finds the SQLite databases in parts of the state by name (`.db`, `.sqlite`, `.sqlite3`) and by their first bytes; opens
 * none with SQLite.
 *
 * Packages, caches, `.git` and names that are not UTF-8 are skipped. The search stops after 50,000 entries of a part, and
 * `complete` is false then.
 *
 * Errors: `IO`. A missing root has no databases and is no error.
 *
 * @param roots - files and directories, absolute
 */
export function findDatabases(roots: readonly string[]): ResultAsync<FoundDatabases, IoError> {
  return new ResultAsync(find(roots));
}

async function find(roots: readonly string[]): Promise<Result<FoundDatabases, IoError>> {
  const found: string[] = [];
  let complete = true;
  for (const root of roots) {
    const type = await entryType(root);
    if (type.isErr()) return err(type.error);
    if (type.value === 'file' && (await isDatabase(root))) found.push(root);
    if (type.value !== 'directory') continue;
    const walked = await walkState(root, 50_000, async (entry) => {
      const name = entry.relative.at(-1) ?? '';
      if (['node_modules', '.git', '_cacache'].includes(name)) return 'skip';
      const isUtf8 = Buffer.from(entry.path.toString('utf8')).equals(entry.path);
      if (entry.type === 'file' && isUtf8 && /\.(db|sqlite3?)$/.test(name) && (await isDatabase(entry.path)))
        found.push(entry.path.toString('utf8'));
      return 'go';
    });
    if (walked.isErr()) return err(walked.error);
    complete &&= walked.value;
  }
  return ok({ paths: found, complete });
}
