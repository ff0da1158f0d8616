import { err } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { jsonOf, parseAnswer, wholeNumber } from '../../posix/programs/index.js';
import { redactSecrets } from '../../systemd/secrets/index.js';
import type { AskFpmError } from './requestFastCgi.js';

/** How a command ended that PHP started. */
export type FpmAnswer =
  | { readonly end: 'exited'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly end: 'signalled'; readonly signal: number; readonly stdout: string; readonly stderr: string }
  | { readonly end: 'timeout' }
  /** `proc_open` is disabled, or gave no process. */
  | { readonly end: 'not-started'; readonly reason: string };

/**
 * What a worker is asked to run. As proc_open's own answer tells nothing of an exec that failed, the exit status counts:
 * 126 or 127, or what PHP writes into the child's stderr.
 */
export const FPM_PROBE = String.raw`<?php
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

/** Reads what the script of {@link FPM_PROBE} answered. */
export function readFpmAnswer(said: string, token: string): Result<FpmAnswer, AskFpmError> {
  const json = jsonOf(said.slice(said.indexOf('\r\n\r\n') + 4));
  if (parseAnswer(v.object({ token: v.literal(token) }), json).isErr()) return err(badAnswer(said));
  return parseAnswer(ANSWER, json).mapErr(({ what }): AskFpmError => {
    const message = `php-fpm ran the probe, but in its answer ${what}; a plugin of PHP may have changed it`;
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

function badAnswer(said: string): AskFpmError {
  const telling = said
    .replace(/<[^>]*>/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(Content-Type|X-Powered-By):/i.test(line));
  const first = redactSecrets(telling[0] ?? '').slice(0, 200);
  const message = `php-fpm did not run the probe: ${first === '' ? 'it said nothing' : first}; a chroot or open_basedir of the pool may keep it from /run`;
  return { code: 'FPM_BAD_ANSWER', message };
}
