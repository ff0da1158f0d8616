import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { GenericSchema, InferOutput } from 'valibot';
import { runAs } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { jsonOf, parseAnswer } from '../../posix/programs/index.js';
import type { ProgramError, ProgramResult } from '../../posix/programs/index.js';
import { redactSecrets } from '../../systemd/secrets/index.js';
import type { Site } from '../site/index.js';

/** PHP could not be run as this user, did not come to an answer, or answered something unexpected. */
export type SiteProbeError =
  | ProgramError
  | { readonly code: 'PHP_MISSING'; readonly message: string }
  | {
      readonly code: 'PROBE_NO_ANSWER';
      readonly message: string;
      readonly exitCode: number | null;
      /** The end of what PHP and WordPress said, secrets taken out. */
      readonly output: string;
    }
  | { readonly code: 'PROBE_BAD_ANSWER'; readonly message: string; readonly field: string };

/** How a script is run inside a site's WordPress. */
export interface SitePhpOptions {
  /** Handed to the script as `$wca`. */
  readonly args?: Readonly<Record<string, string | number | boolean>>;
  readonly timeoutMs?: number;
  /** umask of the PHP process. Default 0022, which is what php-fpm has unless its unit says otherwise. */
  readonly umask?: number;
}

/**
 * Loads a site's WordPress as `identity` and runs `script` in it, with `$wca` holding the arguments; the script answers
 * once, through `wca_answer($data)`, and the answer is checked against `schema`.
 *
 * The script comes on standard input, so the user needs no file of ours. WP-Cron is not spawned and requests to other
 * hosts are blocked while it runs, but plugins of the site are loaded, as in any request. It is PHP's command line, of
 * the same version as the site's php-fpm where that is installed: settings of php-fpm's own php.ini do not apply.
 */
export function runSitePhp<const S extends GenericSchema>(
  site: Pick<Site, 'root' | 'host' | 'fpm'>,
  identity: Identity,
  script: string,
  schema: S,
  options: SitePhpOptions = {},
): ResultAsync<InferOutput<S>, SiteProbeError> {
  return new ResultAsync(run(site, identity, script, schema, options));
}

async function run<const S extends GenericSchema>(
  site: Pick<Site, 'root' | 'host' | 'fpm'>,
  identity: Identity,
  script: string,
  schema: S,
  { args = {}, timeoutMs = 60_000, umask = 0o022 }: SitePhpOptions,
): Promise<Result<InferOutput<S>, SiteProbeError>> {
  const marker = `wca-answer-${randomBytes(12).toString('hex')}`;
  const given = { ...args, marker, root: site.root, host: site.host ?? 'localhost', uid: identity.user.uid };
  const php = await phpOf(site);
  const ran = await runAs(identity, php, [...SETTINGS, '--', JSON.stringify(given)], {
    input: PRELUDE + script,
    timeoutMs,
    umask,
  });
  if (ran.isErr()) return err(ran.error);
  if (ran.value.exitCode === 127) {
    return err({ code: 'PHP_MISSING', message: `${identity.user.name} cannot find ${php}; install php-cli` });
  }
  const json = answerIn(ran.value.stdout, marker);
  if (json === undefined || json === null) return err(noAnswer(ran.value, identity, site.root));
  return parseAnswer(schema, json).mapErr(({ field, what }): SiteProbeError => {
    const message = `the WordPress of ${site.root} answered, but ${what}; this may be a version this does not know`;
    return { code: 'PROBE_BAD_ANSWER', message, field };
  });
}

/** What PHP may say goes to stderr, nothing to the host's logs, and no argument of a call into a trace. */
const SETTINGS = [
  ...['-d', 'display_errors=stderr'],
  ...['-d', 'log_errors=0'],
  ...['-d', 'html_errors=0'],
  ...['-d', 'zend.exception_ignore_args=1'],
];

async function phpOf({ fpm }: Pick<Site, 'fpm'>): Promise<string> {
  const versioned = fpm === null ? null : `/usr/bin/php${fpm.version}`;
  if (versioned === null) return 'php';
  const there = await ResultAsync.fromPromise(access(versioned, constants.X_OK), () => null);
  return there.isOk() ? versioned : 'php';
}

/** The JSON after the last marker at the start of a line: a plugin may print before and after it. */
function answerIn(stdout: string, marker: string): unknown {
  const at = `\n${stdout}`.lastIndexOf(`\n${marker} `);
  return at === -1 ? undefined : jsonOf(stdout.slice(at + marker.length + 1).split('\n', 1)[0] ?? '');
}

const MAX_SAID = 16_384;

function noAnswer(ran: ProgramResult, identity: Identity, root: string): SiteProbeError {
  // Only the end is shown, and taking markup out of very much of it would take for ever.
  const [stdout, stderr] = [ran.stdout, ran.stderr].map((text) => text.slice(-MAX_SAID));
  const said = `${stdout?.replace(/<(style|script)\b[^]*?<\/\1>/gi, '').replace(/<[^>]*>/g, ' ') ?? ''}\n${stderr ?? ''}`;
  const output = redactSecrets(said).replace(/\s+/g, ' ').trim().slice(-600);
  const how = ran.signal ?? `exit ${ran.exitCode ?? '?'}`;
  const end = output === '' ? 'nothing' : output.replace(/^.*(?=.{200}$)/, '… ');
  const message =
    `PHP, run as ${identity.user.name} in the WordPress of ${root}, gave no answer (${how}); ` +
    `see whether the site itself works. It said: ${end}`;
  return { code: 'PROBE_NO_ANSWER', message, exitCode: ran.exitCode, output };
}

const PRELUDE = String.raw`<?php
$wca = json_decode( $argv[1], true );
function wca_answer( array $data ): void {
	$flags = JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE | JSON_PARTIAL_OUTPUT_ON_ERROR;
	// Straight to the descriptor: a plugin may hold the output in a buffer of its own.
	file_put_contents( 'php://stdout', "\n" . $GLOBALS['wca']['marker'] . ' ' . json_encode( $data, $flags ) . "\n" );
}
$_SERVER['HTTP_HOST']       = $_SERVER['SERVER_NAME'] = $wca['host'];
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
// WordPress takes hooks that are there before it is loaded. No constant is defined: wp-config.php may define it too.
$wp_filter['init'][PHP_INT_MIN]['wca']             = array(
	'function'      => function () {
		remove_action( 'init', 'wp_cron' );
	},
	'accepted_args' => 0,
);
$wp_filter['pre_http_request'][PHP_INT_MAX]['wca'] = array(
	'function'      => function () {
		return new WP_Error( 'wca_blocked', 'no requests while a check runs' );
	},
	'accepted_args' => 0,
);
require $wca['root'] . '/wp-load.php';
`;
