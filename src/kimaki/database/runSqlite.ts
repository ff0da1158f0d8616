import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { runAs } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { ProgramResult } from '../../posix/programs/index.js';
import { databaseError } from './databaseError.js';
import type { DatabaseError } from './databaseError.js';

/** One row as sqlite3 gives it. */
export type DatabaseRow = Readonly<Record<string, unknown>>;

/**
 * Has sqlite3 run statements as an account, without any command that reaches beyond the database; gives the rows of all.
 *
 * sqlite3 knows `-safe` since 3.37. An older one runs without it, but never as root: a trigger could call what reaches
 * beyond.
 *
 * @param path - for messages
 * @param database - what sqlite3 opens
 * @param input - statements, after a database if `database` is `:memory:`
 */
export async function runSqlite(
  path: string,
  database: string,
  owner: Identity,
  input: string | Buffer,
): Promise<Result<readonly DatabaseRow[], DatabaseError>> {
  const run = async (safe: readonly string[]): Promise<Result<ProgramResult, DatabaseError>> => {
    const args = [...safe, '-batch', '-bail', '-json', '-init', '/dev/null', database];
    const ran = await runAs(owner, 'sqlite3', args, {
      input,
      timeoutMs: 120_000,
      maxOutputBytes: 64 * 1024 * 1024,
      umask: 0o077,
    });
    return ran.mapErr((error) =>
      databaseError('DATABASE_UNREADABLE', path, `was not read by sqlite3: ${error.message}`),
    );
  };
  let ran = await run(['-safe']);
  if (ran.isOk() && /unknown option: "?-{1,2}safe/.test(ran.value.stderr)) {
    if (owner.user.uid === 0)
      return err(
        databaseError(
          'SQLITE3_MISSING',
          path,
          'is not written as root by a sqlite3 older than 3.37, which has no -safe',
        ),
      );
    ran = await run([]);
  }
  if (ran.isErr()) return err(ran.error);
  const { exitCode, stdout, stderr } = ran.value;
  if (exitCode === 127)
    return err(
      databaseError(
        'SQLITE3_MISSING',
        path,
        'was not looked into, for sqlite3 is not installed (apt-get install sqlite3)',
      ),
    );
  if (exitCode !== 0) {
    const said = stderr.trim().split('\n')[0]?.slice(0, 200) ?? '';
    return err(databaseError(codeOf(stderr), path, `: sqlite3 ended with ${exitCode ?? 'a signal'}: ${said}`));
  }
  const rows: DatabaseRow[] = [];
  try {
    // One array a statement, one row a line: `[{…},`, `{…}]`.
    for (const line of stdout.split('\n'))
      if (line !== '') rows.push(JSON.parse(line.replace(/^\[/, '').replace(/[,\]]$/, '')) as DatabaseRow);
    return ok(rows);
  } catch {
    return err(databaseError('DATABASE_UNREADABLE', path, 'gave something else than rows'));
  }
}

/** What sqlite3 says of a damaged database (SQLITE_CORRUPT, SQLITE_NOTADB) is told from whatever else went wrong. */
function codeOf(stderr: string): DatabaseError['code'] {
  if (stderr.includes('database is locked')) return 'DATABASE_BUSY';
  return /is malformed|is not a database/.test(stderr) ? 'DATABASE_DAMAGED' : 'DATABASE_UNREADABLE';
}
