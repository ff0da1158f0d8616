import { describe, expect, it } from 'vitest';
import { resolveDispatch } from '../../../src/kimaki/dispatch/resolveDispatch.js';
import type { DispatchRequest } from '../../../src/kimaki/dispatch/resolveDispatch.js';

const open = { allowed: true, blockedAt: null, reason: null };
const closed = { allowed: false, blockedAt: '/home/opencode', reason: 'other: ---' };
const binary = { path: '/usr/bin/kimaki', reason: null };
const none = { path: null, reason: '/usr/bin/kimaki leads to /root/.bun, which www-data cannot enter' };
const facts: DispatchRequest = {
  strategy: 'auto',
  caller: 'www-data',
  serviceUser: 'opencode',
  sharedBinary: binary,
  serviceBinary: binary,
  callerReachesData: closed,
  serviceReachesData: open,
  sudo: { available: true, reason: null },
  hopCommand: '/usr/local/bin/hop',
};

describe('resolveDispatch', () => {
  it('takes the hop when the caller cannot write the data directory, and names what refuses', () => {
    const plan = resolveDispatch(facts)._unsafeUnwrap();
    expect(plan).toMatchObject({ strategy: 'sudo-hop', command: '/usr/local/bin/hop', binary: '/usr/bin/kimaki' });
    expect(plan.why).toContain('/home/opencode refuses (other: ---)');
  });

  it('takes the system binary when the caller can execute it and write the data directory', () => {
    const plan = resolveDispatch({ ...facts, callerReachesData: open })._unsafeUnwrap();
    expect(plan).toMatchObject({ strategy: 'system-binary', command: '/usr/bin/kimaki' });
  });

  it('obeys an explicit system binary only where it can work', () => {
    expect(resolveDispatch({ ...facts, strategy: 'system-binary' })._unsafeUnwrapErr()).toMatchObject({
      code: 'DATA_DIRECTORY_UNREACHABLE',
      blockedAt: '/home/opencode',
    });
    expect(
      resolveDispatch({ ...facts, strategy: 'system-binary', deliversOtherwise: true })._unsafeUnwrap().strategy,
    ).toBe('system-binary');
    const unreachable = resolveDispatch({ ...facts, strategy: 'system-binary', sharedBinary: none })._unsafeUnwrapErr();
    expect(unreachable.code).toBe('NO_REACHABLE_BINARY');
    expect(unreachable.message).toContain('/root/.bun');
  });

  it('obeys an explicit hop even where the system binary would do', () => {
    expect(resolveDispatch({ ...facts, strategy: 'sudo-hop', callerReachesData: open })._unsafeUnwrap().strategy).toBe(
      'sudo-hop',
    );
  });

  it('uses a program only the service user can execute behind the hop', () => {
    expect(resolveDispatch({ ...facts, sharedBinary: none })._unsafeUnwrap()).toMatchObject({
      strategy: 'sudo-hop',
      binary: '/usr/bin/kimaki',
    });
  });

  it('refuses with both reasons when neither way works', () => {
    const error = resolveDispatch({
      ...facts,
      sudo: { available: false, reason: 'sudo is not installed' },
    })._unsafeUnwrapErr();
    expect(error.code).toBe('SUDO_UNAVAILABLE');
    expect(error.message).toContain('/home/opencode');
    expect(error.message).toContain('sudo is not installed');
    expect(
      resolveDispatch({ ...facts, serviceReachesData: { ...closed, blockedAt: '/root' } })._unsafeUnwrapErr().blockedAt,
    ).toBe('/root');
  });
});
