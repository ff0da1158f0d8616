import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../../posix/findings/index.js';
import { isListening } from '../../../posix/processes/index.js';
import { cannotObserve, refusal } from '../../host/index.js';
import type { MigrationRefusal } from '../../host/index.js';

/** Refuses where another process listens on the port that the service will take instead of the one it has. */
export async function refuseTakenPort(
  unit: string,
  { lockPort, newLockPort }: { readonly lockPort: number | null; readonly newLockPort: number | null },
): Promise<Result<void, MigrationRefusal>> {
  if (newLockPort === null || newLockPort === lockPort) return ok(undefined);
  const taken = await isListening(newLockPort);
  if (taken.isErr()) return err(cannotObserve(taken.error));
  if (!taken.value) return ok(undefined);
  const message = `${unit} will use port ${newLockPort}, since the port follows from the data directory, and another process listens on it`;
  const way = remedy.inOrder(
    remedy.command('ss', '-ltnp', `sport = :${newLockPort}`),
    remedy.text('end that process, or give it or the unit another port, and plan again'),
  );
  return err(refusal('PORT_IN_USE', `port ${newLockPort}`, message, way));
}
