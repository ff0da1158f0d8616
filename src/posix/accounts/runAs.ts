import { errAsync } from 'neverthrow';
import type { ResultAsync } from 'neverthrow';
import type { Identity } from './identity.js';
import { isSecretName } from '../secrets/index.js';
import { runProgram, TRUSTED_PATH } from '../programs/index.js';
import type { ProgramError, ProgramResult, RunOptions } from '../programs/index.js';

const DEFAULT_UMASK = 0o022;

/**
 * Runs one program as this user, with the primary group, every supplementary group and none of root's capabilities.
 *
 * The environment is `HOME`, `USER`, `LOGNAME`, `SHELL` of the user, `TRUSTED_PATH`, `LC_ALL=C`, and
 * `options.env` over them; the umask is 022 unless given. A bare name is looked up by that user in that PATH, and
 * the working directory is entered by that user. What `env` answers stays visible: exit 127 is "not found",
 * 126 "found, but this user may not execute it", 125 "the working directory is closed to this user".
 *
 * It opens no PAM session, sets no resource limits and does not leave this process's cgroup or mount namespace, so
 * it does not show what a unit's sandbox would do. Only root can become someone else: otherwise the answer is
 * `PROGRAM_NOT_STARTED` with `EPERM`. Variables are passed on the command line of the switch, readable in /proc for
 * the instant before the program starts, except those that look like secrets.
 *
 * Why `/usr/bin/env` stands between: `setpriv PROGRAM` checks PROGRAM with root's capabilities still in force
 * (execve(2) drops them only afterwards), and so runs what lies in a 0700 directory of root.
 *
 * @example
 * ```ts
 * import { lookupIdentity, runAs } from '@wca/runtime-sdk/posix';
 *
 * const identity = await lookupIdentity('www-data');
 * if (identity.isErr()) throw new Error(identity.error.message);
 * const ran = await runAs(identity.value, 'test', ['-w', '/var/www']);
 * if (ran.isErr()) console.error(ran.error.message);
 * else console.log(ran.value.exitCode === 0 ? 'writable' : 'not writable');
 * ```
 */
export function runAs(
  identity: Identity,
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): ResultAsync<ProgramResult, ProgramError> {
  const { env: given, cwd, ...rest } = options;
  const { user, group } = identity;
  const self = process.geteuid?.();
  if (self !== 0 && self !== user.uid) {
    const message = `only root can run ${file} as ${user.name}; this process is uid ${self}`;
    return errAsync({ code: 'PROGRAM_NOT_STARTED', message, program: file, errno: 'EPERM' });
  }

  const env: Record<string, string> = {
    HOME: user.home,
    USER: user.name,
    LOGNAME: user.name,
    SHELL: user.shell,
    PATH: TRUSTED_PATH,
    LC_ALL: 'C',
    ...given,
  };
  // setpriv still runs as root, and its loader and NSS listen to variables: it gets only what cannot steer them.
  const secret = Object.entries(env).filter(([name, value]) => looksSecret(name, value));
  const plain = Object.entries(env).filter(([name, value]) => !looksSecret(name, value));

  const command = [
    '/usr/bin/env',
    ...(cwd === undefined ? [] : [`--chdir=${cwd}`]),
    '--',
    ...plain.map(([name, value]) => `${name}=${value}`),
    // env takes a program with `=` in its path for a variable; nice runs it as it is.
    ...(file.includes('=') ? ['/usr/bin/nice', '-n', '0', '--'] : []),
    file,
    ...args,
  ];
  const become = ['setpriv', `--reuid=${user.uid}`, `--regid=${group.gid}`, '--init-groups', '--'];
  const [program = '/usr/bin/env', ...argv] = self === 0 ? [...become, ...command] : command;
  return runProgram(program, argv, { umask: DEFAULT_UMASK, ...rest, env: Object.fromEntries(secret) });
}

const URL_WITH_PASSWORD = /:\/\/[^/@\s]*:[^/@\s]*@/;
/** What ld.so(8) ignores for setuid programs, because it can make a program run foreign code or read foreign files. */
const STEERS_THE_LOADER =
  /^(LD_|GCONV_|GETCONF_|GLIBC_|HOSTALIASES|LOCALDOMAIN|LOCPATH|LANG|LC_|MALLOC_|NIS_|NLSPATH|RES|TMPDIR|TZ|PATH)/;

function looksSecret(name: string, value: string): boolean {
  return (isSecretName(name) || URL_WITH_PASSWORD.test(value)) && !STEERS_THE_LOADER.test(name);
}
