import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';

/** How a message is sent: the caller runs the program in the system prefix itself, or through sudo as the service user. */
export type DispatchStrategy = 'system-binary' | 'sudo-hop';

/** Whether an account can reach a path, and what refuses it. */
export interface Reach {
  readonly allowed: boolean;
  /** The component that refuses, or null. */
  readonly blockedAt: string | null;
  readonly reason: string | null;
}

/** The facts from which the way of a message from PHP to the agent is chosen. */
export interface DispatchRequest {
  /** What was asked for. */
  readonly strategy: DispatchStrategy | 'auto';
  /** The account php-fpm runs as. */
  readonly caller: string;
  readonly serviceUser: string;
  /** A program both can execute, links and interpreters included (`resolveExecutable`), and why there is none. */
  readonly sharedBinary: { readonly path: string | null; readonly reason: string | null };
  /** A program the service user can execute, whether or not the caller can. */
  readonly serviceBinary: { readonly path: string | null; readonly reason: string | null };
  /** May the caller, as it will be after the change, write in the data directory? */
  readonly callerReachesData: Reach;
  /** May the service user? */
  readonly serviceReachesData: Reach;
  /** The program is known to reach the running service without the data directory. */
  readonly deliversOtherwise?: boolean;
  /** sudo and visudo are there, and the names can stand in a rule. */
  readonly sudo: { readonly available: boolean; readonly reason: string | null };
  /** Path of the hop's wrapper. */
  readonly hopCommand: string;
}

/** The command to register, and the program it runs in the end. */
export interface DispatchPlan {
  readonly strategy: DispatchStrategy;
  /** What the channel registers. */
  readonly command: string;
  /** The program at the end of the chain. */
  readonly binary: string;
  readonly why: string;
}

/** Why no message can reach the agent. */
export interface DispatchRefused {
  readonly code: 'NO_REACHABLE_BINARY' | 'DATA_DIRECTORY_UNREACHABLE' | 'SUDO_UNAVAILABLE';
  readonly message: string;
  readonly strategy: DispatchStrategy | 'auto';
  readonly blockedAt: string | null;
}

/**
 * Chooses the command that works for the caller, or says which fact forbids it; pure.
 *
 * `auto` takes the system binary only when the caller can execute it and write the data directory, else the hop.
 * An explicit strategy is used or refused, never replaced. `send` needs its data directory and ends with 64
 * without it, so a binary that merely starts is not enough; `deliversOtherwise` is the exception for programs that
 * reach the service another way. The choice is not tried: `probeDispatch` does that.
 */
export function resolveDispatch(facts: DispatchRequest): Result<DispatchPlan, DispatchRefused> {
  if (facts.strategy !== 'auto') return facts.strategy === 'system-binary' ? systemBinary(facts) : sudoHop(facts);
  const direct = systemBinary(facts);
  if (direct.isOk()) return direct;
  const hop = sudoHop(facts);
  if (hop.isErr()) {
    const message = `${facts.caller} cannot reach the agent: ${direct.error.message}; and ${hop.error.message}`;
    return err({ ...hop.error, message, strategy: 'auto' });
  }
  return ok({ ...hop.value, why: `${direct.error.message}, so the message goes through sudo as ${facts.serviceUser}` });
}

function systemBinary(facts: DispatchRequest): Result<DispatchPlan, DispatchRefused> {
  const { caller, serviceUser, sharedBinary, callerReachesData } = facts;
  if (sharedBinary.path === null) {
    const why = sharedBinary.reason ?? 'none was found in the system prefix';
    const message = `there is no kimaki that both ${caller} and ${serviceUser} can execute: ${why}`;
    return err({ code: 'NO_REACHABLE_BINARY', message, strategy: 'system-binary', blockedAt: null });
  }
  if (!callerReachesData.allowed && facts.deliversOtherwise !== true) {
    const at = callerReachesData.blockedAt ?? 'the data directory';
    const reason = callerReachesData.reason === null ? '' : ` (${callerReachesData.reason})`;
    const message = `${caller} cannot write the data directory, ${at} refuses${reason}`;
    return err({
      code: 'DATA_DIRECTORY_UNREACHABLE',
      message,
      strategy: 'system-binary',
      blockedAt: callerReachesData.blockedAt,
    });
  }
  const why = callerReachesData.allowed
    ? `${caller} can execute ${sharedBinary.path} and write the data directory`
    : `${caller} can execute ${sharedBinary.path}, which reaches the running service without the data directory`;
  return ok({ strategy: 'system-binary', command: sharedBinary.path, binary: sharedBinary.path, why });
}

function sudoHop(facts: DispatchRequest): Result<DispatchPlan, DispatchRefused> {
  const { caller, serviceUser, serviceBinary, serviceReachesData, sudo, hopCommand } = facts;
  if (!sudo.available) {
    const message = `sudo cannot be used: ${sudo.reason ?? 'it is not installed'}`;
    return err({ code: 'SUDO_UNAVAILABLE', message, strategy: 'sudo-hop', blockedAt: null });
  }
  const binary = facts.sharedBinary.path ?? serviceBinary.path;
  if (binary === null) {
    const why = serviceBinary.reason ?? 'none was found in the system prefix';
    const message = `there is no kimaki that ${serviceUser} can execute: ${why}`;
    return err({ code: 'NO_REACHABLE_BINARY', message, strategy: 'sudo-hop', blockedAt: null });
  }
  if (!serviceReachesData.allowed) {
    const at = serviceReachesData.blockedAt ?? 'the data directory';
    const message = `${serviceUser} itself cannot write the data directory, ${at} refuses`;
    return err({
      code: 'DATA_DIRECTORY_UNREACHABLE',
      message,
      strategy: 'sudo-hop',
      blockedAt: serviceReachesData.blockedAt,
    });
  }
  return ok({
    strategy: 'sudo-hop',
    command: hopCommand,
    binary,
    why: `${caller} sends as ${serviceUser} through sudo`,
  });
}
