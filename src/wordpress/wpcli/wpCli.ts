import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { ResultAsync, err, errAsync, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { TRUSTED_PATH } from '../../posix/programs/index.js';
import { printablePath } from '../../posix/paths/index.js';
import { runAs } from '../../posix/accounts/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { ProgramError, ProgramResult } from '../../posix/programs/index.js';
import { redactSecrets } from '../../systemd/secrets/index.js';
import type { Site } from '../site/index.js';

/** WP-CLI is not there, was to run as root, said no, or answered something unexpected. */
export type WpCliError =
  | ProgramError
  | { readonly code: 'WP_MISSING'; readonly message: string }
  | { readonly code: 'WP_AS_ROOT'; readonly message: string }
  | {
      readonly code: 'WP_FAILED';
      readonly message: string;
      readonly command: string;
      readonly exitCode: number | null;
      /** The end of what it said, secrets taken out. */
      readonly output: string;
    }
  | { readonly code: 'WP_OUTPUT'; readonly message: string; readonly command: string; readonly field: string };

/** How WP-CLI is run. */
export interface WpCliOptions {
  /** Absolute path of `wp`. Default: the first one on the trusted PATH. */
  readonly binary?: string;
  /** Milliseconds; default 60 000. */
  readonly timeoutMs?: number;
}

/**
 * Runs WP-CLI for a site as `identity`, never as root and never with `--allow-root`; any exit status is an answer.
 *
 * The command is `wp --path=ROOT --no-color …` with an argument list, no shell, the site's root as working directory
 * and nothing of this process's environment. WP-CLI reads the user's `~/.wp-cli` and a `wp-cli.yml` of the site, and
 * loads the site's plugins, all as that user. Not found: `WP_MISSING`.
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
  site: Pick<Site, 'root'>,
  identity: Identity,
  args: readonly string[],
  options: WpCliOptions = {},
): ResultAsync<ProgramResult, WpCliError> {
  if (identity.user.uid === 0 || args.some((arg) => arg.startsWith('--allow-root'))) {
    const message = 'WP-CLI is never run as root here: what it writes would belong to root; name the service user';
    return errAsync({ code: 'WP_AS_ROOT', message });
  }
  return new ResultAsync(run(site, identity, args, options));
}

async function run(
  { root }: Pick<Site, 'root'>,
  identity: Identity,
  args: readonly string[],
  { binary, timeoutMs = 60_000 }: WpCliOptions,
): Promise<Result<ProgramResult, WpCliError>> {
  const wp = binary ?? (await findWp());
  if (wp === null) {
    const message = `there is no wp in ${TRUSTED_PATH}; install WP-CLI as /usr/local/bin/wp, or name the binary`;
    return err({ code: 'WP_MISSING', message });
  }
  const ran = await runAs(identity, wp, [`--path=${root}`, '--no-color', ...args], { timeoutMs, cwd: root });
  if (ran.isErr()) return err(ran.error);
  // What env(1) answers when it is not the program that ends: nothing to run, or not for this user.
  if (ran.value.exitCode === 127 || ran.value.exitCode === 126) {
    const why = ran.value.exitCode === 127 ? 'is not there or its interpreter is not' : 'may not be executed';
    const message = `${printablePath(wp)} ${why}, as ${identity.user.name}; check it and php`;
    return err({ code: 'WP_MISSING', message });
  }
  return ok(ran.value);
}

/**
 * Whether there is a `wp` on the trusted PATH. Whether a given user can run it is another question: `wpCli` answers it.
 *
 * @example
 * ```ts
 * import { wpCliAvailable } from '@wca/runtime-sdk/wordpress';
 *
 * console.log((await wpCliAvailable()) ? 'WP-CLI is there' : 'no WP-CLI');
 * ```
 */
export async function wpCliAvailable(): Promise<boolean> {
  return (await findWp()) !== null;
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
  site: Pick<Site, 'root'>,
  identity: Identity,
  args: readonly string[],
  options: WpCliOptions = {},
): ResultAsync<ProgramResult, WpCliError> {
  return wpCli(site, identity, args, options).andThen((ran): Result<ProgramResult, WpCliError> => {
    if (ran.exitCode === 0) return ok(ran);
    const command = redactSecrets(`wp ${args.join(' ')}`);
    const output = redactSecrets(`${ran.stdout.slice(-MAX_SAID)}\n${ran.stderr.slice(-MAX_SAID)}`)
      .replace(/\s+/g, ' ')
      .trim()
      .slice(-600);
    const how = ran.signal ?? `exit ${ran.exitCode ?? '?'}`;
    const said = output === '' ? 'it said nothing' : output;
    const message = `${command} as ${identity.user.name} failed (${how}): ${said}`;
    return err({ code: 'WP_FAILED', message, command, exitCode: ran.exitCode, output });
  });
}
