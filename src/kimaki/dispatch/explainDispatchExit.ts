import { redactSecrets } from '../../posix/secrets/index.js';

/**
 * Which link of the chain from PHP to the agent broke.
 *
 * `command`: what the channel registers. `hop`: sudo's rule and the target behind it. `program`: the program at the end,
 * for whoever runs it. `start` and `start-without-path`: a run of `--help`, through a hop of `--version`. Then the data, or the
 * token by which the running service lets the caller in, and the message.
 *
 * @inline
 */
export type DispatchLink =
  'command' | 'hop' | 'program' | 'start' | 'start-without-path' | 'data-directory' | 'token' | 'delivery' | 'arrival';

/**
 * Why the link is broken.
 *
 * Of sudo: `rule-missing` (there is none, or sudo does not read its file), `rule-shadowed` (a later one wins, or asks for
 * a password), `needs-tty` (requiretty), `no-new-privileges` (of the caller's sandbox), `account-refused` (the caller's
 * account has expired, or the service user's shell does not count), `sudo-broken` (it is not setuid root, or its policy
 * does not parse), and `sudo-refused` for the rest. `token`: the caller cannot read the file with the token, or the running
 * service does not take it. `php-cannot-start`: PHP itself may start no programs.
 *
 * @inline
 */
export type DispatchFault =
  | 'command-missing'
  | 'command-unreachable'
  | 'interpreter-missing'
  | 'program-unreachable'
  | 'target-missing'
  | 'rule-missing'
  | 'rule-shadowed'
  | 'needs-tty'
  | 'no-new-privileges'
  | 'account-refused'
  | 'sudo-broken'
  | 'sudo-refused'
  | 'target-refused'
  | 'php-cannot-start'
  | 'data-directory'
  | 'token'
  | 'timeout'
  | 'exit'
  | 'signal'
  | 'not-arrived';

/** How one run ended. */
export interface DispatchEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  /** What was run; tells a missing command from a missing interpreter. */
  readonly command?: string;
}

/** Why one run failed. */
export interface DispatchVerdict {
  readonly fault: DispatchFault;
  /** One line for people; secrets redacted. */
  readonly detail: string;
}

/** Messages of sudo 1.9 and their meaning. */
const SUDO_FAULTS: readonly (readonly [RegExp, DispatchFault])[] = [
  [/must have a tty/, 'needs-tty'],
  [/"no new privileges" flag/, 'no-new-privileges'],
  [/account validation failure|account (has )?expired|invalid shell for user/, 'account-refused'],
  [/setuid|effective uid is not 0|no valid sudoers sources|unable to initialize policy/, 'sudo-broken'],
];
const SUDO_SAYS = /^(sudo|sudo-rs|\/usr\/bin\/sudo): |is not (allowed to|in the sudoers)|may not run sudo/m;
const TARGET_SAYS = /^kimaki-dispatch-target: /m;
const NO_ACCESS = /\b(EACCES|EPERM|EROFS|SQLITE_READONLY|SQLITE_CANTOPEN)\b|readonly database|unable to open database/;

/**
 * Names what went wrong with a run of a dispatch command, from its exit status and its stderr; undefined when it
 * succeeded; pure.
 *
 * 126 and 127 are what env(1) and every shell answer for a program they may not run or cannot find. 64 is kimaki's
 * own answer when it cannot use its data directory or has no token, and the hop's target's for anything but
 * `send` and `--version`; the two are told apart by what was written.
 */
export function explainDispatchExit(end: DispatchEnd): DispatchVerdict | undefined {
  if (end.exitCode === 0) return undefined;
  const words = lastWords(end.stderr);
  const said = words === '' ? '' : `: ${words}`;
  if (end.exitCode === null) return { fault: 'signal', detail: `it was ended by ${end.signal ?? 'a signal'}${said}` };
  if (SUDO_SAYS.test(end.stderr)) {
    // With -n sudo says so of every command it has no NOPASSWD rule for.
    const noRule = words.includes('a password is required') ? ' (no rule for it is in force: missing or shadowed)' : '';
    const fault = sudoFault(end.stderr) ?? 'sudo-refused';
    return { fault, detail: `sudo refuses${said}${fault === 'sudo-refused' ? noRule : ''}` };
  }
  if (TARGET_SAYS.test(end.stderr)) return { fault: 'target-refused', detail: `the hop's target refuses${said}` };
  if (end.exitCode === 126) return { fault: 'command-unreachable', detail: `it may not be executed (126)${said}` };
  if (end.exitCode === 127) {
    const sought = /env: ['‘](.+?)['’]: No such file or directory/.exec(end.stderr)?.[1];
    const interpreter = sought !== undefined && sought !== end.command;
    if (interpreter)
      return { fault: 'interpreter-missing', detail: `its interpreter ${sought} was not found (127)${said}` };
    // PHP answers 127 for whatever exec says.
    const also = end.stderr === '' ? ', or may not be executed from there' : '';
    return { fault: 'command-missing', detail: `it, or the interpreter it names, was not found${also} (127)${said}` };
  }
  if (end.exitCode === 64)
    return { fault: 'data-directory', detail: `it cannot use its data directory, or has no token (64)${said}` };
  if (NO_ACCESS.test(end.stderr))
    return { fault: 'data-directory', detail: `it may not write where it must (${end.exitCode})${said}` };
  return { fault: 'exit', detail: `it ended with ${end.exitCode}${said}` };
}

/** The fault that a message of sudo names; null where it names none. */
export function sudoFault(words: string): DispatchFault | null {
  return SUDO_FAULTS.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}

function lastWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const relevant =
    lines.find((line) => SUDO_SAYS.test(line) || TARGET_SAYS.test(line) || NO_ACCESS.test(line)) ?? lines.at(-1) ?? '';
  return redactSecrets(relevant).slice(0, 300);
}
