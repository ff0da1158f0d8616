import { readFile } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readBotState } from '../../kimaki/instance/index.js';
import type { KimakiInstance } from '../../kimaki/instance/index.js';
import { cannotObserve } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** What the running service has open. */
export interface OpenFacts {
  /** Ports on which it must listen again, with the lock port as it will be. */
  readonly listeningPorts: readonly number[];
  /** Whether it has a database of its data directory open. */
  readonly holdsState: boolean;
  /** Why its bot does not run though the unit is active; null where it runs, or the unit does not. */
  readonly problem: string | null;
}

/**
 * Reads what the processes of a service have open; of one that does not run, nothing.
 *
 * @param nextLockPort - the lock port that it will have
 */
export async function observeOpen(
  instance: KimakiInstance,
  nextLockPort: number | null,
): Promise<Result<OpenFacts, MigrationRefusal>> {
  if (instance.state.mainPid === 0) return ok({ listeningPorts: [], holdsState: false, problem: null });
  const state = await readBotState(instance);
  if (state.isErr()) return err(cannotObserve(state.error));
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const { ports, databases, problem } = state.value;
  const again = portsAgain(ports, { lockPort: instance.lockPort, nextLockPort, range });
  return ok({ listeningPorts: again, holdsState: databases.length > 0, problem });
}

/**
 * The ports on which a service will listen again: its lock port by the rule, and those that are no accident; pure.
 *
 * @param range - from which the kernel takes a port where a program asks for any: two numbers, as in ip(7)
 */
export function portsAgain(
  ports: readonly number[],
  {
    lockPort,
    nextLockPort,
    range,
  }: { readonly lockPort: number | null; readonly nextLockPort: number | null; readonly range: string },
): readonly number[] {
  const [first = 32_768, last = 60_999] = range.trim().split(/\s+/).filter(Boolean).map(Number);
  const fixed = ports.filter((port) => port !== lockPort && (port < first || port > last));
  const next = lockPort !== null && nextLockPort !== null && ports.includes(lockPort) ? [nextLockPort] : [];
  return [...new Set([...next, ...fixed])].sort((a, b) => a - b);
}
