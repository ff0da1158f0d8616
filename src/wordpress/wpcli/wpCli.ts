import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { printablePath, printableText, resultOf } from '../../posix/paths/index.js';
import { runAs } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { ProgramError, ProgramResult } from '../../posix/programs/index.js';
import { redactSecrets, toldText } from '../../posix/secrets/index.js';
import { fifoInSite, whatHeldPhp } from '../site/index.js';
import type { Site } from '../site/index.js';

/** The host has no WP-CLI, or the user cannot execute it. */
export interface WpMissing {
  readonly code: 'WP_MISSING';
  readonly message: string;
}

/** WP-CLI would run as root, so what it writes would belong to root. */
export interface WpAsRoot {
  readonly code: 'WP_AS_ROOT';
  readonly message: string;
}

/** A command of WP-CLI ended with another exit status than 0, or was not run since PHP would wait for a FIFO in the site. */
export interface WpFailed {
  readonly code: 'WP_FAILED';
  readonly message: string;
  readonly command: string;
  /** Null when a signal ended it, or it was not run. */
  readonly exitCode: number | null;
  /** The end of its output, secrets removed. */
  readonly output: string;
}

/** A command of WP-CLI printed another form of answer than this library knows. */
export interface WpOutput {
  readonly code: 'WP_OUTPUT';
  readonly message: string;
  readonly command: string;
  /** The first field that does not fit: `[0].id`; empty when there is no list. */
  readonly field: string;
}

/** Why a command of WP-CLI has no result. */
export type WpCliError = ProgramError | WpMissing | WpAsRoot | WpFailed | WpOutput;

/** How WP-CLI is run. */
export interface WpCliOptions {
  /** Absolute path of `wp`. Default: the first one on the trusted PATH. */
  readonly binary?: string;
  /** WP-CLI is killed after this time. Default 60 000. */
  readonly timeoutMs?: number;
  /** Aborting it kills WP-CLI. */
  readonly signal?: AbortSignal;
}

/**
 * Runs WP-CLI for a site as `identity`, never as root and never with `--allow-root`. Every exit status is an Ok.
 *
 * The command is `wp --path=PATH --no-color --no-quiet …` with an argument list and without a shell. So `path:`,
 * `color:` and `quiet:` of a `wp-cli.yml` do not count. The working directory is that
 * of the site, and nothing of the environment of this process is passed on. WP-CLI reads `~/.wp-cli` of the user and
 * `wp-cli.yml` of the site, and loads the plugins of the site, all as that user.
 *
 * Errors: `WP_MISSING`, `WP_AS_ROOT`; those of running a program, `ABORTED` among them.
 *
 * @example
 * ```ts
 * import { lookupIdentity } from '@wca/runtime-sdk/posix';
 * import { findSite, wpCli } from '@wca/runtime-sdk/wordpress';
 *
 * const identity = await lookupIdentity('opencode');
 * const site = await findSite('/var/www/site');
 * if (identity.isErr() || site.isErr()) throw new Error('no such user or site');
 * const ran = await wpCli(site.value, identity.value, ['plugin', 'list', '--format=json']);
 * if (ran.isErr()) console.error(ran.error.code, ran.error.message);
 * else console.log(ran.value.exitCode, ran.value.stdout);
 * ```
 */
export function wpCli(
  { path, muPluginsDir }: Pick<Site, 'path'> & Partial<Pick<Site, 'muPluginsDir'>>,
  identity: Identity,
  args: readonly string[],
  { binary, ...rest }: WpCliOptions = {},
): ResultAsync<ProgramResult, WpCliError> {
  return resultOf(async function* () {
    if (identity.user.uid === 0 || args.some((arg) => arg.startsWith('--allow-root'))) {
      const message =
        'WP-CLI does not run as root, because what it writes would belong to root; name the user of the service';
      return err({ code: 'WP_AS_ROOT', message });
    }
    const wp = binary ?? (await findWp());
    if (wp === null) {
      const message = `found no wp in ${TRUSTED_PATH}; install WP-CLI as /usr/local/bin/wp, or give the path of the binary`;
      return err({ code: 'WP_MISSING', message });
    }
    const fifo = await fifoInSite({ path, ...(muPluginsDir === undefined ? {} : { muPluginsDir }) });
    if (fifo !== null) {
      const command = toldText(`wp ${args.join(' ')}`);
      const message = `${command} was not run: ${printablePath(fifo)} is a FIFO, and PHP would wait for what is written to it; find out who made it and remove it`;
      return err({ code: 'WP_FAILED', message, command, exitCode: null, output: '' });
    }
    const all = [`--path=${path}`, '--no-color', '--no-quiet', ...args];
    const ended = await runAs(identity, wp, all, { timeoutMs: 60_000, ...rest, cwd: path });
    if (ended.isErr() && ended.error.code === 'PROGRAM_TIMEOUT') {
      const held = await whatHeldPhp({ path, ...(muPluginsDir === undefined ? {} : { muPluginsDir }) });
      return err({
        ...ended.error,
        message: `${ended.error.message}: ${printablePath(wp)} ran as ${identity.user.name}; ${held}`,
      });
    }
    const ran = yield* ended;
    // The exit statuses of env(1) when the program does not start: it does not exist, or the user may not execute it.
    if (ran.exitCode === 127 || ran.exitCode === 126) {
      const why = ran.exitCode === 127 ? 'or its interpreter does not exist' : 'may not be executed';
      const message = `${printablePath(wp)} ${why} (run as ${identity.user.name}); check it and php`;
      return err({ code: 'WP_MISSING', message });
    }
    return ok(ran);
  });
}

async function findWp(): Promise<string | null> {
  for (const directory of TRUSTED_PATH.split(':')) {
    const candidate = `${directory}/wp`;
    const there = await ResultAsync.fromPromise(access(candidate, constants.X_OK), () => null);
    if (there.isOk()) return candidate;
  }
  return null;
}

/** Far more than is shown, so that the cut does not part a secret from its name. */
const MAX_SAID = 16_384;

/** Runs a command whose exit status must be 0. */
export function wpCliChecked(
  site: Pick<Site, 'path'>,
  identity: Identity,
  args: readonly string[],
  options: WpCliOptions = {},
): ResultAsync<ProgramResult, WpCliError> {
  return wpCli(site, identity, args, options).andThen((ran): Result<ProgramResult, WpCliError> => {
    if (ran.exitCode === 0) return ok(ran);
    const command = toldText(`wp ${args.join(' ')}`);
    const words = redactSecrets(`${ran.stdout.slice(-MAX_SAID)}\n${ran.stderr.slice(-MAX_SAID)}`).replace(/\s+/g, ' ');
    const output = printableText(words.trim()).slice(-600);
    const how = ran.signal ?? `exit ${ran.exitCode ?? '?'}`;
    const said = output === '' ? 'no output' : output;
    const message = `${command} as ${identity.user.name} failed (${how}): ${said}`;
    return err({ code: 'WP_FAILED', message, command, exitCode: ran.exitCode, output });
  });
}
