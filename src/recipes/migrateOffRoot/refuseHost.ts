import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { systemManagerRunning } from '../../systemd/index.js';
import { refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** Refuses where nothing can be migrated at all: not root, or no systemd to ask. */
export async function refuseHost(): Promise<Result<void, MigrationRefusal>> {
  if (process.geteuid?.() !== 0) {
    return err(refusal('NEEDS_ROOT', `this runs as uid ${process.geteuid?.() ?? 'unknown'}; both homes and the units are only open to root: run it with sudo`));
  }
  const manager = await systemManagerRunning();
  return manager.isErr() ? err(refusal('NO_SYSTEMD', manager.error.message)) : ok(undefined);
}
