import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { redactSecrets } from '../../systemd/secrets/index.js';
import type { AskFpmError } from './askFpm.js';

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
  const body = said.slice(said.indexOf('\r\n\r\n') + 4);
  const answer = parsed(body);
  if (answer?.token !== token) return err(badAnswer(said));
  const text = (key: string): string => (typeof answer[key] === 'string' ? answer[key] : '');
  const number = (key: string): number => (typeof answer[key] === 'number' ? answer[key] : -1);
  const written = { stdout: text('stdout'), stderr: text('stderr') };
  switch (answer.end) {
    case 'exited':
      return ok({ end: 'exited', exitCode: number('exitCode'), ...written });
    case 'signalled':
      return ok({ end: 'signalled', signal: number('signal'), ...written });
    case 'timeout':
      return ok({ end: 'timeout' });
    case 'not-started':
      return ok({ end: 'not-started', reason: text('reason') });
    default:
      return err(badAnswer(said));
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

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
