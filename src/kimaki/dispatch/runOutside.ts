import type { Identity } from '../../posix/accounts/index.js';
import { runAs } from '../../posix/accounts/index.js';
import { err, ok } from 'neverthrow';
import type { DispatchNoEnd, DispatchRunner } from './dispatchProbe.js';
import type { DispatchEnd } from './explainDispatchExit.js';

/**
 * Runs a dispatch command as an account with exactly the variables it is given, as `proc_open` does with an array and an
 * environment of its own; the sandbox of php-fpm is not there, but for `noNewPrivileges`.
 */
export function runOutside(
  caller: Identity,
  { noNewPrivileges }: { readonly noNewPrivileges: boolean },
): DispatchRunner {
  return ([command = '', ...args], { env, timeoutMs }) => {
    const unwanted = ['HOME', 'USER', 'LOGNAME', 'SHELL', 'LC_ALL', 'PATH'].filter((name) => !(name in env));
    const privileges = noNewPrivileges ? ['/usr/bin/setpriv', '--no-new-privs', '--'] : [];
    // env takes a program with `=` in its path for a variable; nice runs it as it is.
    const plain = command.includes('=') ? ['/usr/bin/nice', '-n', '0', '--'] : [];
    const argv = [
      ...privileges,
      '/usr/bin/env',
      ...unwanted.map((name) => `--unset=${name}`),
      '--',
      ...plain,
      command,
      ...args,
    ];
    const [program = '/usr/bin/env', ...rest] = argv;
    return runAs(caller, program, rest, { env, timeoutMs, maxOutputBytes: 4 * 1024 * 1024 })
      .map(({ exitCode, signal, stderr }): DispatchEnd | DispatchNoEnd => ({ exitCode, signal, stderr }))
      .orElse((error) =>
        error.code === 'PROGRAM_TIMEOUT'
          ? ok<DispatchEnd | DispatchNoEnd>({ end: 'timeout', stderr: '' })
          : err({ code: 'DISPATCH_NOT_RUN' as const, message: error.message }),
      );
  };
}
