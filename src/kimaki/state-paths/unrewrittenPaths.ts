import { readlink } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { printablePath } from '../../posix/paths/index.js';
import type { Aborted } from '../../posix/paths/index.js';
import { readRegularFile } from '../../posix/files/index.js';
import { withDatabase } from '../database/index.js';
import type { DatabaseError } from '../database/index.js';
import { grouped, missingValues } from './databasePaths.js';
import { databasePlace } from './statePathPlan.js';
import type { StatePath } from './statePathPlan.js';

/**
 * Names the places of a plan that do not hold their new path, for people; none when all were rewritten. Changes nothing; reads
 * databases on a private copy (see `checkDatabase`).
 *
 * Errors: a database that cannot be looked into. A file that cannot be read counts as not rewritten.
 *
 * @param paths - of `findStatePaths`
 */
export function unrewrittenPaths(
  paths: readonly StatePath[],
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<readonly string[], DatabaseError | Aborted> {
  return new ResultAsync(unrewritten(paths, options.signal));
}

async function unrewritten(
  paths: readonly StatePath[],
  signal: AbortSignal | undefined,
): Promise<Result<readonly string[], DatabaseError | Aborted>> {
  const left: string[] = [];
  const values = paths.filter((path) => path.kind === 'database');
  for (const [file, inFile] of grouped(values, (path) => path.file)) {
    const asked = inFile.map((value) => ({ ...value, to: value.after }));
    const missing = await withDatabase(
      file,
      (ask) => ask(missingValues(asked)).then((rows) => rows.map((all) => all.map(({ n }) => Number(n)))),
      { signal },
    );
    if (missing.isErr()) return err(missing.error);
    left.push(
      ...missing.value
        .flatMap((index) => asked.slice(index, index + 1))
        .map((value) => `${printablePath(file)}: ${databasePlace(value)}`),
    );
  }
  for (const path of paths) {
    if (path.kind === 'database') continue;
    const now = path.kind === 'link' ? await readlink(path.file).catch(() => null) : await contentOf(path.file);
    if (now !== path.after) left.push(printablePath(path.file));
  }
  return ok(left);
}

async function contentOf(file: string): Promise<string | null> {
  const read = await readRegularFile(file);
  return read.isOk() ? read.value.bytes.toString('base64') : null;
}
