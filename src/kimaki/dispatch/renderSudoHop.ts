import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { KIMAKI } from '../bridges/index.js';
import { shellQuote } from '../../posix/paths/index.js';
import { checkAccountName, checkHopPath, escapeSudoersPath, sudoHopPaths } from './sudoHop.js';
import type { SudoHop, SudoHopError } from './sudoHop.js';

/** What a hop is rendered from. */
export interface SudoHopRequest {
  /** `''` for `kimaki.service`, else what stands between `kimaki-` and `.service`. */
  readonly instance?: string;
  /** Who may use it: the account php-fpm runs as. The service user is always allowed as well. */
  readonly callers: readonly string[];
  readonly serviceUser: string;
  readonly home: string;
  readonly dataDir: string;
  /** Absolute path of the program that every `send` ends in. */
  readonly binary: string;
  /** PATH of the program; default `/usr/local/bin:/usr/bin:/bin`. */
  readonly path?: string;
  /** Default `0002`. */
  readonly umask?: string;
  /** Where the running service listens, when the unit says so. */
  readonly lockPort?: number | null;
  /** Where sudo is; default `/usr/bin/sudo`. */
  readonly sudo?: string;
}

/**
 * Renders the wrapper, the target and the sudoers rule through which a caller sends as the service user.
 *
 * The wrapper needs no PATH, since php-fpm workers have none. The target takes nothing from its caller but
 * arguments: it sets umask and directory, starts the program with an environment of its own, and answers 64 to
 * everything whose first argument is neither `send` nor a lone `--version`, and to a `--data-dir` other than its own.
 * That check is in the target because `target *` in sudoers(5) allows any arguments whatever.
 *
 * It writes nothing and does not check that accounts and program exist. The hop is no boundary against
 * whoever controls PHP: any prompt can be sent through it, and sudo logs the arguments. Secrets of the unit
 * (`KIMAKI_BOT_TOKEN`) are not passed on, since every account can read the target.
 *
 * Errors: `INVALID_ACCOUNT_NAME`, `INVALID_HOP_VALUE`.
 *
 * @example
 * ```ts
 * import { renderSudoHop } from '@wca/runtime-sdk/kimaki';
 *
 * const hop = renderSudoHop({
 *   callers: ['www-data'],
 *   serviceUser: 'opencode',
 *   home: '/home/opencode',
 *   dataDir: '/home/opencode/.kimaki',
 *   binary: '/usr/bin/kimaki',
 * });
 * if (hop.isErr()) console.error(hop.error.message);
 * else console.log(hop.value.sudoers.content);
 * ```
 */
export function renderSudoHop(request: SudoHopRequest): Result<SudoHop, SudoHopError> {
  const { serviceUser, home, dataDir, binary, lockPort } = request;
  const path = request.path ?? '/usr/local/bin:/usr/bin:/bin';
  const umask = request.umask ?? '0002';
  const sudo = request.sudo ?? '/usr/bin/sudo';
  const callers = [...new Set([...request.callers, serviceUser])];
  for (const name of callers) {
    const checked = checkAccountName(name);
    if (checked.isErr()) return err(checked.error);
  }
  if (serviceUser === 'root') return invalid('service user', serviceUser, 'a hop to root gives the caller root');
  const paths: [string, string][] = [
    ['home', home],
    ['data directory', dataDir],
    ['program', binary],
    ['sudo', sudo],
  ];
  for (const [field, value] of [...paths, ...path.split(':').map((entry): [string, string] => ['PATH', entry])]) {
    const checked = checkHopPath(field, value);
    if (checked.isErr()) return err(checked.error);
  }
  if (!/^0?[0-7]{3}$/.test(umask)) return invalid('umask', umask, 'octal digits such as 0002 are needed');
  if (
    lockPort !== undefined &&
    lockPort !== null &&
    !(Number.isInteger(lockPort) && lockPort > 0 && lockPort < 65536)
  ) {
    return invalid('lock port', String(lockPort), 'a port from 1 to 65535 is needed');
  }

  const where = sudoHopPaths(request.instance ?? '');
  const environment: Record<string, string> = {
    HOME: home,
    USER: serviceUser,
    LOGNAME: serviceUser,
    SHELL: '/bin/sh',
    PATH: path,
    LANG: 'C.UTF-8',
    [KIMAKI.variables.dataDir]: dataDir,
    ...(lockPort === undefined || lockPort === null ? {} : { [KIMAKI.variables.lockPort]: String(lockPort) }),
  };
  return ok({
    wrapper: { path: where.wrapper, mode: 0o755, content: wrapper(sudo, serviceUser, where.target, where.sudoers) },
    target: { path: where.target, mode: 0o755, content: target(umask, environment, dataDir, binary) },
    sudoers: { path: where.sudoers, mode: 0o440, content: sudoers(callers, serviceUser, where.target) },
    callers,
    serviceUser,
  });
}

const MANAGED = '# Written by wca (@wca/runtime-sdk), which replaces it as a whole.';

function wrapper(sudo: string, serviceUser: string, target: string, sudoers: string): string {
  return `#!/bin/sh
${MANAGED}
# Hands a message to the kimaki service of ${serviceUser}. Who may: ${sudoers}
exec ${word(sudo)} -n -H -u ${serviceUser} ${word(target)} "$@"
`;
}

function target(umask: string, environment: Readonly<Record<string, string>>, dataDir: string, binary: string): string {
  const assignments = Object.entries(environment).map(([name, value]) => `  ${name}=${word(value)} \\`);
  // env(1) would take a program with "=" in its path for one more variable.
  const program = binary.includes('=') ? `/usr/bin/nice -n 0 -- ${word(binary)}` : word(binary);
  return `#!/bin/sh
${MANAGED}
# Runs as the service user for whoever sudo lets in. Nothing but "send ..." and "--version" gets through.
set -eu
umask ${umask}
cd /

refuse() {
  printf 'kimaki-dispatch-target: %s\\n' "$1" >&2
  exit 64
}

case "\${1-}" in
  send) ;;
  --version) [ "$#" -eq 1 ] || refuse '--version takes no arguments' ;;
  *) refuse 'only "send ..." and "--version" are let through' ;;
esac

# Another data directory would be another agent, or none.
own=${word(dataDir)}
previous=
for argument in "$@"; do
  chosen=$own
  case "$previous" in --data-dir | --dataDir) chosen=$argument ;; esac
  case "$argument" in --data-dir=* | --dataDir=*) chosen=\${argument#*=} ;; esac
  [ "$chosen" = "$own" ] || refuse 'the caller cannot choose the data directory'
  previous=$argument
done

exec /usr/bin/env -i \\
${assignments.join('\n')}
  ${program} "$@"
`;
}

function sudoers(callers: readonly string[], serviceUser: string, target: string): string {
  const rules = callers.map((caller) => `${caller} ALL=(${serviceUser}) NOPASSWD: ${escapeSudoersPath(target)} *`);
  const note = '# What gets through is decided in the target: here "*" means any arguments.';
  return `${[MANAGED, note, ...rules].join('\n')}\n`;
}

/** Plain words stay readable; everything else is quoted. */
function word(text: string): string {
  return /^[A-Za-z0-9_./:@%+,-]+$/.test(text) ? text : shellQuote(text);
}

function invalid(field: string, value: string, why: string): Result<never, SudoHopError> {
  return err({
    code: 'INVALID_HOP_VALUE',
    message: `"${value.slice(0, 80)}" cannot be the ${field} of the hop: ${why}`,
    field,
    value: value.slice(0, 80),
  });
}
