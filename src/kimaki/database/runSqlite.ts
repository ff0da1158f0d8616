import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { redactSecrets } from '../../posix/secrets/index.js';
import { printableText } from '../../posix/paths/index.js';
import { runAs } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { ProgramResult } from '../../posix/programs/index.js';
import { codeOf, databaseError } from './databaseError.js';
import type { DatabaseError } from './databaseError.js';

/** One row as sqlite3 gives it. */
const ROW = v.record(v.string(), v.unknown());
type JsonRow = Readonly<v.InferOutput<typeof ROW>>;

/**
 * Runs statements on a database with sqlite3, as the account that owns it; gives the rows of all.
 *
 * For writing only; to read, use `withDatabase`. With `-safe` (since 3.37) sqlite3 reaches nothing but this database. An
 * older one runs without it, but never as root, since a trigger of the database could then reach other files.
 */
export async function runSqlite(
  path: string,
  owner: Identity,
  input: string,
): Promise<Result<readonly JsonRow[], DatabaseError>> {
  const run = async (safe: readonly string[]): Promise<Result<ProgramResult, DatabaseError>> => {
    const args = [...safe, '-batch', '-bail', '-json', '-init', '/dev/null', path];
    const ran = await runAs(owner, 'sqlite3', args, {
      input,
      timeoutMs: 120_000,
      maxOutputBytes: 64 * 1024 * 1024,
      umask: 0o077,
    });
    return ran.mapErr((error) =>
      databaseError('DATABASE_UNREADABLE', path, `was not written by sqlite3: ${error.message}`),
    );
  };
  let ran = await run(['-safe']);
  if (ran.isOk() && /unknown option: "?-{1,2}safe/.test(ran.value.stderr)) {
    if (owner.user.uid === 0)
      return err(
        databaseError(
          'SQLITE3_MISSING',
          path,
          'belongs to root, and sqlite3 here is older than 3.37 and cannot write it safely; install a newer one',
        ),
      );
    ran = await run([]);
  }
  if (ran.isErr()) return err(ran.error);
  const { exitCode, stdout, stderr } = ran.value;
  if (exitCode === 127)
    return err(
      databaseError('SQLITE3_MISSING', path, 'was not written: sqlite3 is not installed; run apt-get install sqlite3'),
    );
  if (exitCode !== 0) {
    const said = printableText(redactSecrets(stderr.trim().split('\n')[0] ?? '')).slice(0, 200);
    return err(databaseError(codeOf(stderr), path, `: sqlite3 ended with ${exitCode ?? 'a signal'}: ${said}`));
  }
  const rows: JsonRow[] = [];
  try {
    // One array a statement, one row a line: `[{…},`, `{…}]`.
    for (const line of stdout.split('\n'))
      if (line !== '') rows.push(v.parse(ROW, JSON.parse(line.replace(/^\[/, '').replace(/[,\]]$/, ''))));
    return ok(rows);
  } catch {
    return err(
      databaseError('DATABASE_UNREADABLE', path, 'was not written: sqlite3 printed something other than rows'),
    );
  }
}
