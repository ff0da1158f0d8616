import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { err } from 'neverthrow';
import type { Result, ResultAsync } from 'neverthrow';
import * as v from 'valibot';
import { attempt, printableText, resultOf } from '../../posix/paths/index.js';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import { jsonOf, parseAnswer, wholeNumber } from '../../posix/programs/index.js';
import { lookupIdentity } from '../../posix/accounts/index.js';
import type { IdentityError } from '../../posix/accounts/index.js';
import { redactSecrets } from '../../posix/secrets/index.js';
import { requestFastCgi } from './requestFastCgi.js';
import type { FastCgiError } from './requestFastCgi.js';
import type { FpmPool } from './findFpmPools.js';

/** How a command ended that PHP started. */
export type FpmAnswer =
  | { readonly end: 'exited'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly end: 'signalled'; readonly signal: number; readonly stdout: string; readonly stderr: string }
  | { readonly end: 'timeout' }
  /** `proc_open` is disabled, or started no process. */
  | { readonly end: 'not-started'; readonly reason: string };

/** How a command is started from PHP. */
export interface RunInFpmOptions {
  /** The complete environment of the command; a worker of php-fpm has no PATH. Default: empty. */
  readonly env?: Readonly<Record<string, string>>;
  /** The command is killed after this time. Default 10 000. */
  readonly timeoutMs?: number;
  /** Aborting it ends the request. A command that runs already goes on until `timeoutMs`. */
  readonly signal?: AbortSignal;
}

/**
 * Starts a command from a worker of php-fpm the way plugins do it (`proc_open` with an array and an environment of its
 * own), and gives how it ended.
 *
 * Account, groups, umask, the sandbox of the unit and `disable_functions` are those of the real caller. The request
 * goes over the socket of the pool, not through the web server. The script lies in a directory below /run that only
 * root can change and only the account of the pool can read; it is removed afterwards. A process that the command
 * leaves in the background is not waited for. Needs root.
 *
 * Errors: `FPM_UNREACHABLE`; `FPM_BAD_ANSWER` (a chroot or `open_basedir` can make the script inaccessible); `ABORTED`;
 * those of looking up the account; `IO`.
 */
export function runInFpm(
  pool: Pick<FpmPool, 'listen' | 'user' | 'group'>,
  command: readonly string[],
  { env = {}, timeoutMs = 10_000, ...rest }: RunInFpmOptions = {},
): ResultAsync<FpmAnswer, FastCgiError | IdentityError | IoError | Aborted> {
  return resultOf(async function* () {
    const { user } = yield* lookupIdentity(pool.user);
    const token = randomBytes(16).toString('hex');
    const directory = yield* attempt(() => mkdtemp('/run/wca-fpm-'), 'mkdtemp', '/run/wca-fpm-');
    try {
      const script = join(directory, 'probe.php');
      yield* attempt(() => place(directory, script, token, user.uid), 'write', script);
      const body = JSON.stringify({ token, command, env, timeoutMs });
      const said = yield* requestFastCgi(pool.listen, { ...rest, script, body, timeoutMs: timeoutMs + GRACE_MS });
      return readFpmAnswer(said, token);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
}

/** Added to the time of the command for the start of PHP. */
const GRACE_MS = 5_000;

/**
 * The account of the pool can enter and read, only root can write. Other programs of that account do not know the
 * token, without which the script does nothing.
 */
async function place(directory: string, script: string, token: string, uid: number): Promise<void> {
  await writeFile(script, FPM_PROBE.replaceAll('TOKEN', token), { flag: 'wx', mode: 0o400 });
  await chown(script, uid, 0);
  await chmod(directory, 0o711);
}

/**
 * The script. proc_open reports success when exec fails, so the exit status tells: 126 or 127, or what PHP writes to
 * the stderr of the child.
 */
const FPM_PROBE = String.raw`<?php
$wca = json_decode( file_get_contents( 'php://input' ), true );
header( 'Content-Type: application/json' );
if ( ! is_array( $wca ) || ! hash_equals( 'TOKEN', (string) ( $wca['token'] ?? '' ) ) ) {
	http_response_code( 403 );
	exit;
}
function wca_answer( array $answer ): void {
	$answer['token'] = 'TOKEN';
	echo json_encode( $answer, JSON_INVALID_UTF8_SUBSTITUTE );
	exit;
}
if ( ! function_exists( 'proc_open' ) ) {
	wca_answer( array( 'end' => 'not-started', 'reason' => 'proc_open is disabled (disable_functions)' ) );
}
$wca_files   = array( tmpfile(), tmpfile() );
$wca_process = @proc_open(
	$wca['command'],
	array( array( 'file', '/dev/null', 'r' ), $wca_files[0], $wca_files[1] ),
	$wca_pipes,
	'/',
	$wca['env']
);
if ( ! is_resource( $wca_process ) ) {
	$wca_error = error_get_last();
	wca_answer( array( 'end' => 'not-started', 'reason' => $wca_error['message'] ?? 'proc_open gave no process' ) );
}
$wca_until = microtime( true ) + $wca['timeoutMs'] / 1000;
do {
	$wca_status = proc_get_status( $wca_process );
	if ( ! $wca_status['running'] ) {
		break;
	}
	usleep( 10000 );
} while ( microtime( true ) < $wca_until );
if ( $wca_status['running'] ) {
	proc_terminate( $wca_process, 9 );
	wca_answer( array( 'end' => 'timeout' ) );
}
function wca_said( $file ): string {
	rewind( $file );
	return (string) stream_get_contents( $file, 65536 );
}
$wca_said = array( 'stdout' => wca_said( $wca_files[0] ), 'stderr' => wca_said( $wca_files[1] ) );
if ( $wca_status['signaled'] ) {
	wca_answer( array( 'end' => 'signalled', 'signal' => $wca_status['termsig'] ) + $wca_said );
}
wca_answer( array( 'end' => 'exited', 'exitCode' => $wca_status['exitcode'] ) + $wca_said );
`;

/** Reads what the script answered: an HTTP head, an empty line and JSON. */
function readFpmAnswer(said: string, token: string): Result<FpmAnswer, FastCgiError> {
  const json = jsonOf(said.slice(said.indexOf('\r\n\r\n') + 4));
  if (parseAnswer(v.object({ token: v.literal(token) }), json).isErr()) return err(badAnswer(said));
  return parseAnswer(ANSWER, json).mapErr(({ what }): FastCgiError => {
    const message = `php-fpm ran the probe, but in its answer ${what}`;
    return { code: 'FPM_BAD_ANSWER', message };
  });
}

const WRITTEN = { stdout: v.string(), stderr: v.string() };
const ANSWER = v.variant('end', [
  v.object({ end: v.literal('exited'), exitCode: wholeNumber, ...WRITTEN }),
  v.object({ end: v.literal('signalled'), signal: wholeNumber, ...WRITTEN }),
  v.object({ end: v.literal('timeout') }),
  v.object({ end: v.literal('not-started'), reason: v.string() }),
]);

function badAnswer(said: string): FastCgiError {
  const telling = said
    .replace(/<[^>]*>/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(Content-Type|X-Powered-By):/i.test(line));
  const first = printableText(redactSecrets(telling[0] ?? '')).slice(0, 200);
  const message = `php-fpm did not run the probe: ${first === '' ? 'the answer is empty' : first}; a chroot or open_basedir of the pool can make /run inaccessible`;
  return { code: 'FPM_BAD_ANSWER', message };
}
