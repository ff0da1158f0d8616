import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { ResultAsync, err } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { GenericSchema, InferOutput } from 'valibot';
import { printablePath, printableText } from '../../posix/paths/index.js';
import { runAs } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import { jsonOf, parseAnswer } from '../../posix/programs/index.js';
import type { ProgramError, ProgramResult } from '../../posix/programs/index.js';
import { redactSecrets } from '../../posix/secrets/index.js';
import type { PhpMissing } from '../php/index.js';
import { fifoInSite, whatHeldPhp } from '../site/index.js';
import type { Site } from '../site/index.js';

/**
 * The script did not come to its answer: the site failed to load, or exited, or has a FIFO where PHP would wait; or it was
 * not started, because it would have run as root.
 */
export interface ProbeNoAnswer {
  readonly code: 'PROBE_NO_ANSWER';
  readonly message: string;
  /** Null when a signal ended PHP, or it was not started. */
  readonly exitCode: number | null;
  /** The end of the output of PHP and WordPress, secrets removed. */
  readonly output: string;
}

/** The script answered in another form than this version of the library knows. */
export interface ProbeBadAnswer {
  readonly code: 'PROBE_BAD_ANSWER';
  readonly message: string;
  /** The first field that does not fit: `directories[0].name`. */
  readonly field: string;
}

/** Why a probe has no result. */
export type SiteProbeError = ProgramError | PhpMissing | ProbeNoAnswer | ProbeBadAnswer;

/** How a probe is run. @inline */
export interface SiteProbeOptions {
  /** PHP is killed after this time. Default 60 000; 120 000 for updates and writability. */
  readonly timeoutMs?: number;
  /** umask of the PHP process. Default 0022, the umask of php-fpm unless its unit sets another. */
  readonly umask?: number;
  /** Aborting it kills PHP. */
  readonly signal?: AbortSignal;
}

/** How a script is run. */
interface SitePhpOptions extends SiteProbeOptions {
  /** Given to the script as `$wca`. */
  readonly args?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Loads the WordPress of a site as `identity` and runs `script` in it, with the arguments in `$wca`. The script answers
 * once, with `wca_answer($data)`; the answer is checked against `schema`.
 *
 * The script comes on standard input, so the user needs no file of this library. WP-Cron is not started and requests to
 * other hosts are blocked while it runs, but the plugins of the site are loaded as in any request. It uses the command
 * line of PHP, in the version of the php-fpm of the site where that is installed: the php.ini of php-fpm does not apply.
 */
export function runSitePhp<const S extends GenericSchema>(
  site: Pick<Site, 'path' | 'host' | 'fpm'> & Partial<Pick<Site, 'muPluginsDir'>>,
  identity: Identity,
  script: string,
  schema: S,
  options: SitePhpOptions = {},
): ResultAsync<InferOutput<S>, SiteProbeError> {
  return new ResultAsync(run(site, identity, script, schema, options));
}

async function run<const S extends GenericSchema>(
  site: Pick<Site, 'path' | 'host' | 'fpm'> & Partial<Pick<Site, 'muPluginsDir'>>,
  identity: Identity,
  script: string,
  schema: S,
  { args = {}, ...rest }: SitePhpOptions,
): Promise<Result<InferOutput<S>, SiteProbeError>> {
  // Whoever can write to a site would be root with it.
  if (identity.user.uid === 0) {
    const message = `the WordPress of ${printablePath(site.path)} was not asked, because its code would run as root; let its php-fpm pool run as another account`;
    return err({ code: 'PROBE_NO_ANSWER', message, exitCode: null, output: '' });
  }
  const marker = `wca-answer-${randomBytes(12).toString('hex')}`;
  const given = { ...args, marker, root: site.path, host: site.host ?? 'localhost', uid: identity.user.uid };
  const fifo = await fifoInSite(site);
  if (fifo !== null) {
    const message = `${printablePath(fifo)} is a FIFO, and PHP would wait for what is written to it; find out who made it and remove it`;
    return err({ code: 'PROBE_NO_ANSWER', message, exitCode: null, output: '' });
  }
  const php = await phpOf(site);
  const ran = await runAs(identity, php, [...SETTINGS, '--', JSON.stringify(given)], {
    timeoutMs: 60_000,
    umask: 0o022,
    ...rest,
    input: PRELUDE + script,
  });
  if (ran.isErr()) {
    if (ran.error.code !== 'PROGRAM_TIMEOUT') return err(ran.error);
    const message = `${ran.error.message}: PHP ran as ${identity.user.name} in the WordPress of ${printablePath(site.path)}; ${await whatHeldPhp(site)}`;
    return err({ ...ran.error, message });
  }
  if (ran.value.exitCode === 127) {
    return err({ code: 'PHP_MISSING', message: `${identity.user.name} cannot find ${php}; install php-cli` });
  }
  const json = answerIn(ran.value.stdout, marker);
  if (json === undefined || json === null) return err(noAnswer(ran.value, identity, site.path));
  return parseAnswer(schema, json).mapErr(({ field, what }): SiteProbeError => {
    const message = `the probe in the WordPress of ${printablePath(site.path)} answered, but ${what}; this version of WordPress may be unknown to it`;
    return { code: 'PROBE_BAD_ANSWER', message, field };
  });
}

/** Messages go to stderr and not to the logs of the host; a trace shows no arguments. */
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

/** The JSON after the last marker at the start of a line: a plugin can print before and after it. */
function answerIn(stdout: string, marker: string): unknown {
  const at = `\n${stdout}`.lastIndexOf(`\n${marker} `);
  return at === -1 ? undefined : jsonOf(stdout.slice(at + marker.length + 1).split('\n', 1)[0] ?? '');
}

const MAX_SAID = 16_384;

function noAnswer(ran: ProgramResult, identity: Identity, root: string): SiteProbeError {
  // Only the end is shown, and removing markup from a large text takes too long.
  const [stdout, stderr] = [ran.stdout, ran.stderr].map((text) => text.slice(-MAX_SAID));
  const said = `${stdout?.replace(/<(style|script)\b[^]*?<\/\1>/gi, '').replace(/<[^>]*>/g, ' ') ?? ''}\n${stderr ?? ''}`;
  const output = printableText(redactSecrets(said).replace(/\s+/g, ' ').trim()).slice(-600);
  const how = ran.signal ?? `exit ${ran.exitCode ?? '?'}`;
  const end = output === '' ? 'nothing' : output.replace(/^.*(?=.{200}$)/, '… ');
  const message =
    `PHP ran as ${identity.user.name} in the WordPress of ${printablePath(root)} and gave no answer (${how}); ` +
    `see whether the site itself works. Its output: ${end}`;
  return { code: 'PROBE_NO_ANSWER', message, exitCode: ran.exitCode, output };
}

const PRELUDE = String.raw`<?php
$wca = json_decode( $argv[1], true );
function wca_answer( array $data ): void {
	$flags = JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE | JSON_PARTIAL_OUTPUT_ON_ERROR;
	// Directly to the descriptor: a plugin can buffer the output.
	file_put_contents( 'php://stdout', "\n" . $GLOBALS['wca']['marker'] . ' ' . json_encode( $data, $flags ) . "\n" );
}
$_SERVER['HTTP_HOST']       = $_SERVER['SERVER_NAME'] = $wca['host'];
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
// WordPress takes hooks that exist before it is loaded. No constant is defined: wp-config.php can define it too.
$wp_filter['init'][PHP_INT_MIN]['wca']             = array(
	'function'      => function () {
		remove_action( 'init', 'wp_cron' );
	},
	'accepted_args' => 0,
);
$wp_filter['pre_http_request'][PHP_INT_MAX]['wca'] = array(
	'function'      => function () {
		return new WP_Error( 'wca_blocked', 'no requests while a probe runs' );
	},
	'accepted_args' => 0,
);
require $wca['root'] . '/wp-load.php';
`;
