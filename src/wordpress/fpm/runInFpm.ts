import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import { lookupIdentity } from '../../posix/accounts/index.js';
import type { IdentityError } from '../../posix/accounts/index.js';
import type { IoError } from '../../posix/paths/index.js';
import { askFpm } from './requestFastCgi.js';
import type { AskFpmError } from './requestFastCgi.js';
import type { FpmPool } from './findFpmPools.js';
import { FPM_PROBE, readFpmAnswer } from './fpmProbe.js';
import type { FpmAnswer } from './fpmProbe.js';

/** How a command is started from PHP. */
export interface RunInFpmOptions {
  /** All the variables it gets; a worker of php-fpm has no PATH of its own. Default none. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default 10 000. The command is killed after it. */
  readonly timeoutMs?: number;
}

/** php-fpm was not reached, or did not do what it was asked for. */
export type RunInFpmError = AskFpmError | IdentityError | IoError;

/**
 * Starts a command from a worker of php-fpm the way plugins do it (`proc_open` with an array and an environment of its
 * own), and says how it ended.
 *
 * Everything of the real caller counts: account, groups, umask, the sandbox of the unit, `disable_functions`. The worker
 * is asked over its socket, past the web server, to run a script of ours in a directory below /run that only root can
 * change and only the pool's account can read; it is removed afterwards. A child of the command that goes on by itself is
 * not waited for. Needs root.
 *
 * Errors: `FPM_UNREACHABLE`, `FPM_BAD_ANSWER` (a chroot, or `open_basedir` keeps it from the script), and those of
 * accounts and files.
 *
 * @example
 * ```ts
 * import { findFpmPools, runInFpm } from '@wca/runtime-sdk/wordpress';
 *
 * const pools = await findFpmPools();
 * if (pools.isErr()) throw new Error(pools.error.message);
 * const [pool] = pools.value;
 * if (pool === undefined) throw new Error('no php-fpm here');
 * const ran = await runInFpm(pool, ['/usr/bin/kimaki', '--version']);
 * if (ran.isErr()) console.error(ran.error.message);
 * else console.log(ran.value);
 * ```
 */
export function runInFpm(
  pool: Pick<FpmPool, 'listen' | 'user' | 'group'>,
  command: readonly string[],
  options: RunInFpmOptions = {},
): ResultAsync<FpmAnswer, RunInFpmError> {
  return new ResultAsync(run(pool, command, options));
}

/** More than the command may take, for PHP's own start. */
const GRACE_MS = 5_000;

async function run(
  pool: Pick<FpmPool, 'listen' | 'user' | 'group'>,
  command: readonly string[],
  { env = {}, timeoutMs = 10_000 }: RunInFpmOptions,
): Promise<Result<FpmAnswer, RunInFpmError>> {
  const identity = await lookupIdentity(pool.user);
  if (identity.isErr()) return err(identity.error);
  const token = randomBytes(16).toString('hex');
  const made = await ResultAsync.fromPromise(mkdtemp('/run/wca-fpm-'), (cause) =>
    ioError(cause, 'mkdtemp', '/run/wca-fpm-'),
  );
  if (made.isErr()) return err(made.error);
  const directory = made.value;
  try {
    const script = join(directory, 'probe.php');
    const written = await ResultAsync.fromPromise(place(directory, script, token, identity.value.user.uid), (cause) =>
      ioError(cause, 'write', script),
    );
    if (written.isErr()) return err(written.error);
    const body = JSON.stringify({ token, command, env, timeoutMs });
    const said = await askFpm(pool.listen, { script, body, timeoutMs: timeoutMs + GRACE_MS });
    return said.isErr() ? err(said.error) : readFpmAnswer(said.value, token);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The pool's account may enter and read, and root alone may write. The token keeps others of that account out. */
async function place(directory: string, script: string, token: string, uid: number): Promise<void> {
  await writeFile(script, FPM_PROBE.replaceAll('TOKEN', token), { flag: 'wx', mode: 0o400 });
  await chown(script, uid, 0);
  await chmod(directory, 0o711);
}
