import { expect, it } from 'vitest';
import { explainDispatchExit } from '../../../src/kimaki/dispatch/explainDispatchExit.js';

it.each([
  [0, '', null],
  [127, "/usr/bin/env: 'node': No such file or directory", 'interpreter-missing'],
  [127, "/usr/bin/env: '/usr/bin/kimaki': No such file or directory", 'command-missing'],
  [127, '', 'command-missing'],
  [126, "/usr/bin/env: '/root/.kimaki/bin/kimaki': Permission denied", 'command-unreachable'],
  [1, 'sudo: a password is required', 'sudo-refused'],
  [1, 'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.', 'no-new-privileges'],
  [1, 'sudo: account validation failure, is your account locked?\nsudo: a password is required', 'account-refused'],
  [1, 'sudo: invalid shell for user opencode: /usr/sbin/nologin', 'account-refused'],
  [1, 'sudo: sorry, you must have a tty to run sudo', 'needs-tty'],
  [1, 'sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set', 'sudo-broken'],
  [1, 'sudo: unknown user nobodyx\nsudo: error initializing audit plugin sudoers_audit', 'sudo-refused'],
  [1, "Sorry, user www-data is not allowed to execute '/x' as opencode on lab.", 'sudo-refused'],
  [64, 'kimaki-dispatch-target: only "send ..." and "--version" are let through', 'target-refused'],
  [64, 'no data directory', 'data-directory'],
  [1, "Error: EACCES: permission denied, mkdir '/home/opencode/.kimaki'\n    at x\n    at y", 'data-directory'],
  [1, 'SqliteError: attempt to write a readonly database', 'data-directory'],
  [3, 'something else', 'exit'],
])('%i with %j is %s', (exitCode, stderr, fault) => {
  expect(explainDispatchExit({ exitCode, signal: null, stderr, command: '/usr/bin/kimaki' })?.fault ?? null).toBe(
    fault,
  );
});

it('says what was written, on one line, and no secret', () => {
  const stderr = 'first\nError: EACCES: mkdir /home/opencode/.kimaki with KIMAKI_BOT_TOKEN=canary1234\n    at foo';
  const verdict = explainDispatchExit({ exitCode: 1, signal: null, stderr });
  expect(verdict?.detail).toContain('/home/opencode/.kimaki');
  expect(verdict?.detail).not.toMatch(/canary|\n/);
});

it('knows an end by a signal', () => {
  expect(explainDispatchExit({ exitCode: null, signal: 'SIGSEGV', stderr: '' })).toEqual({
    fault: 'signal',
    detail: 'it was ended by SIGSEGV',
  });
});
