import { setTimeout as sleep } from 'node:timers/promises';
import { findInstances } from '../../../kimaki/instance/index.js';
import { showUnit } from '../../../systemd/manager/index.js';
import { observeOpen } from '../../host/index.js';
import type { MigrationFacts } from '../../host/index.js';

/** Whether an agent that ran before a migration runs again as it did. @inline */
export interface AgentAgain {
  readonly unit: string;
  readonly ok: boolean;
  /** One sentence. */
  readonly detail: string;
}

/** A bot takes some seconds to open its port and its database; on a busy host more. */
const DEADLINE_MS = 60_000;

/** How long to wait, and how an agent is looked at: the reason why it does not run as the account, or null. */
interface Waiting {
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number;
  readonly problemOf?: (unit: string, user: string) => Promise<string | null>;
}

/**
 * Waits until each agent that ran when the run was planned runs again, as the account of then, with its bot at work, and says
 * of each whether it does.
 */
export async function agentsAgain(
  instances: readonly Pick<MigrationFacts, 'unit'>[],
  { signal, deadlineMs = DEADLINE_MS, problemOf = problemOfAgent }: Waiting = {},
): Promise<readonly AgentAgain[]> {
  const ran = instances.filter(({ unit }) => unit.active);
  return Promise.all(
    ran.map(async ({ unit: { name, loadedUser } }) => {
      const user = loadedUser === '' ? 'root' : loadedUser;
      const deadline = performance.now() + deadlineMs;
      for (;;) {
        const problem = await problemOf(name, user);
        if (problem === null) return { unit: name, ok: true, detail: `${name} runs as ${user} again` };
        if (performance.now() > deadline || signal?.aborted === true)
          return { unit: name, ok: false, detail: `${name} does not run as before: ${problem}` };
        await sleep(300);
      }
    }),
  );
}

/** Why the agent does not run as this account, or null. */
async function problemOfAgent(name: string, user: string): Promise<string | null> {
  const shown = await showUnit(name);
  if (shown.isErr()) return shown.error.message;
  if (shown.value.activeState !== 'active') return `it is ${shown.value.activeState}`;
  const found = await findInstances({ unit: name });
  if (found.isErr()) return found.error.message;
  const [instance] = found.value;
  if (instance === undefined) return 'there is no such unit';
  const { users } = instance;
  if (users.running === null) return 'its process has ended';
  if (users.loaded !== user) return `it runs as ${users.loaded}, expected ${user}`;
  const open = await observeOpen(instance, instance.lockPort);
  return open.isErr() ? open.error.message : open.value.problem;
}
