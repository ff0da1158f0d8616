import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { KIMAKI } from '../bridges/index.js';
import { shellQuote } from '../../posix/paths/index.js';
import { checkAccountName, checkHopPath, escapeSudoersPath, sudoHopPaths } from './sudoHop.js';
import { sendOptions } from './sendOptions.js';
import type { SendOptions } from './sendOptions.js';
import type { SudoHop, SudoHopError } from './sudoHop.js';

/** What a hop is rendered from. @inline */
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
  /** The channel's arguments as registered; default `send --channel {recipient} --prompt {message}`. */
  readonly args?: readonly string[];
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
 * arguments: it changes into the data directory, sets the umask and starts the program with an environment of its own. It
 * lets through a lone `--version`, and `send` with `--channel`, `--thread`, `--user`, `--prompt` and what the channel's own
 * arguments use: those with a token with any value, others with the registered value only. Everything else is answered
 * with 64. An option with an empty value is left out. Each other option reaches the program as one word, `--name=value`:
 * kimaki (v0.26) takes a separate word that begins with `-` for an option of its own, so a message could set one.
 * The check is in the target because `target *` in sudoers(5) allows any arguments whatever.
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
  const { serviceUser, home, dataDir, binary, lockPort, args = DEFAULT_ARGS } = request;
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

  const options = sendOptions(args, dataDir);
  if (options.isErr()) return invalid('channel arguments', args.join(' '), options.error);

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
    target: {
      path: where.target,
      mode: 0o755,
      content: target({ umask, environment, dataDir, binary, options: options.value }),
    },
    sudoers: { path: where.sudoers, mode: 0o440, content: sudoers(callers, serviceUser, where.target) },
    callers,
    serviceUser,
  });
}

/** What WordPress sends when a channel registers nothing else. */
const DEFAULT_ARGS = ['send', '--channel', '{recipient}', '--prompt', '{message}'];

const ADDRESSING = ['--channel', '-c', '--thread', '--session', '--project', '-d'];

const MANAGED = '# Written by wca (@wca/runtime-sdk), which replaces it as a whole.';

function wrapper(sudo: string, serviceUser: string, target: string, sudoers: string): string {
  return `#!/bin/sh
${MANAGED}
# Hands a message to the kimaki service of ${serviceUser}. Who may: ${sudoers}
exec ${word(sudo)} -n -H -u ${serviceUser} ${word(target)} "$@"
`;
}

function target(of: {
  readonly umask: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly binary: string;
  readonly options: SendOptions;
}): string {
  const { binary, dataDir } = of;
  const { free, fixed, flags } = of.options;
  const assignments = Object.entries(of.environment).map(([name, value]) => `  ${name}=${word(value)} \\`);
  // env(1) would take a program with "=" in its path for one more variable.
  const program = binary.includes('=') ? `/usr/bin/nice -n 0 -- ${word(binary)}` : word(binary);
  const names = [...free, ...fixed.keys()];
  const flagCase =
    flags.length === 0
      ? ''
      : `\n        ${flags.join(' | ')})\n          set -- "$@" "$argument"\n          continue\n          ;;`;
  const fixedCases = [...fixed].map(
    ([name, values]) =>
      `\n        ${name})\n          case "$value" in ${values.map(word).join(' | ')}) ;; *) refuse '${name}: only the value that the channel registers' ;; esac\n          ;;`,
  );
  const addressing = names.filter((name) => ADDRESSING.includes(name)).join(' | ');
  const fixedCheck = fixedCases.length === 0 ? '' : `\n      case "$name" in${fixedCases.join('')}\n      esac`;
  return `#!/bin/sh
${MANAGED}
# Runs as the service user for whoever sudo lets in. Nothing but "--version" and "send" with these options gets through:
# ${[...names, ...flags].join(' ')}
set -eu
LC_ALL=C
umask ${of.umask}

refuse() {
  printf 'kimaki-dispatch-target: %s\\n' "$1" >&2
  exit 64
}

case "\${1-}" in
  --version)
    [ "$#" -eq 1 ] || refuse '--version takes no arguments'
    ;;
  send)
    [ "$#" -le 65 ] || refuse 'more than 64 arguments after send'
    shift
    name=
    to=
    for argument in "$@"; do
      shift
      if [ -n "$name" ]; then
        value=$argument
      else
        case "$argument" in${flagCase}
        ${names.join(' | ')})
          name=$argument
          continue
          ;;
        ${names.map((name) => `${name}=*`).join(' | ')})
          name=\${argument%%=*}
          value=\${argument#*=}
          ;;
        *)
          shown=\${argument%%=*}
          case "$shown" in *[!A-Za-z0-9-]*) shown= ;; -?*) ;; *) shown= ;; esac
          [ "\${#shown}" -le 40 ] || shown=
          refuse "\${shown:-an argument that is no option} is not let through"
          ;;
        esac
      fi${fixedCheck}
      case "$name" in ${addressing}) to=$to$value ;; esac
      # One word: kimaki takes a separate value that begins with "-" for an option.
      [ -z "$value" ] || set -- "$@" "$name=$value"
      name=
    done
    [ -z "$name" ] || refuse "$name needs a value"
    # Without one kimaki takes the project of the current directory.
    [ -n "$to" ] || refuse 'no channel and no thread is named'
    set -- send "$@"
    ;;
  *) refuse 'only "send ..." and "--version" are let through' ;;
esac

cd ${word(dataDir)} 2>/dev/null || refuse 'the data directory cannot be entered'
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
