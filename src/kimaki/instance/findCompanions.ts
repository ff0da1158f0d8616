import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../../posix/paths/index.js';
import { findSiteServices } from './findSiteServices.js';
import { isCompanion } from './isCompanion.js';
import type { CompanionOf } from './isCompanion.js';
import type { ReadUnitFilesError } from './readUnitFiles.js';

/**
 * Finds the services that work on an instance's site under its identity, and what triggers them.
 *
 * See {@link isCompanion} for the rule, and `findSiteServices` for where is looked. Services come first, then their
 * timers and other triggers, each once. Transient and generated ones are left out: nobody can edit them.
 *
 * @example
 * ```ts
 * import { findCompanions } from '@wca/runtime-sdk/kimaki';
 *
 * const instance = { unit: 'kimaki.service', site: '/var/www/site', user: 'root', home: '/root' };
 * const companions = await findCompanions(instance);
 * if (companions.isErr()) console.error(companions.error.message);
 * else console.log(companions.value.join(' ')); // datamachine-worker.service datamachine-worker.timer
 * ```
 */
export function findCompanions(of: CompanionOf): ResultAsync<readonly string[], ReadUnitFilesError | IoError> {
  return new ResultAsync(find(of));
}

async function find(of: CompanionOf): Promise<Result<readonly string[], ReadUnitFilesError | IoError>> {
  if (of.site === null) return ok([]);
  const found = await findSiteServices(of.site);
  if (found.isErr()) return err(found.error);
  // What somebody started with systemd-run ends by itself, and has no file to change.
  const companions = found.value.filter(
    (service) => !['transient', 'generated'].includes(service.kind) && isCompanion(service, of),
  );
  return ok([
    ...new Set([...companions.map(({ unit }) => unit), ...companions.flatMap(({ triggeredBy }) => triggeredBy)]),
  ]);
}
