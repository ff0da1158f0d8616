import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import { findSiteServices } from './findSiteServices.js';
import { isCompanion } from './isCompanion.js';
import type { InstanceDescription } from './describeInstance.js';
import type { ReadUnitFilesError } from './readUnitFiles.js';

/**
 * Finds the services that work on an instance's site under its identity, and what triggers them.
 *
 * A companion names the site (working directory, a command, a variable) as whole path components, and runs as the same
 * user or with the same HOME. Another instance is never one. Unit files and drop-ins of the whole load path are searched
 * by their text, so a service that reaches the site only through a script is not found. Services come first, then their
 * timers and other triggers, each once. Transient and generated units are left out, since they have no file to edit.
 */
export function findCompanions(
  instance: Pick<InstanceDescription, 'site' | 'user' | 'home'> & { readonly unit: string },
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<readonly string[], ReadUnitFilesError | IoError | Aborted> {
  return new ResultAsync(find(instance, options.signal));
}

async function find(
  instance: Parameters<typeof findCompanions>[0],
  signal: AbortSignal | undefined,
): Promise<Result<readonly string[], ReadUnitFilesError | IoError | Aborted>> {
  if (instance.site === null) return ok([]);
  const found = await findSiteServices(instance.site, { signal });
  if (found.isErr()) return err(found.error);
  // What somebody started with systemd-run ends by itself, and has no file to change.
  const companions = found.value.filter(
    (service) => !['transient', 'generated'].includes(service.kind) && isCompanion(service, instance),
  );
  return ok([
    ...new Set([...companions.map(({ unit }) => unit), ...companions.flatMap(({ triggeredBy }) => triggeredBy)]),
  ]);
}
