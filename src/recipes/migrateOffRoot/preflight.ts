import { randomBytes } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { join } from 'node:path';
import { findSite, listFlows } from '../../wordpress/index.js';
import { lookupIdentity, printablePath, readRegularFile, removeFile, replaceFile } from '../../posix/index.js';
import type { StepFailure } from '../step.js';
import type { MigrationFacts } from './facts.js';
import type { VerificationOptions } from './options.js';
import { placesOf } from './places.js';

/**
 * Tries, before the first change, what a plan that writes nothing can only suppose: that files can be made and given
 * away in every directory concerned; and that what the final verification is to use is there at all.
 *
 * It leaves nothing behind. A directory that is yet to be made is passed over.
 */
export function preflight(facts: MigrationFacts, verification: VerificationOptions): ResultAsync<void, StepFailure> {
  return new ResultAsync(tryAll(facts, verification));
}

async function tryAll(facts: MigrationFacts, { flow }: VerificationOptions): Promise<Result<void, StepFailure>> {
  const { uid, gid } = facts.target;
  for (const directory of placesOf(facts).directories) {
    const tried = await tryDirectory(directory, { uid: uid ?? 0, gid: gid ?? 0 });
    if (tried.isErr()) return err(tried.error);
  }
  return flow === undefined || facts.target.uid === null ? ok(undefined) : findFlow(facts, flow);
}

async function tryDirectory(directory: string, owner: { readonly uid: number; readonly gid: number }): Promise<Result<void, StepFailure>> {
  const stat = await lstat(directory).catch(() => null);
  if (stat?.isDirectory() !== true) return ok(undefined);
  // Hidden, with a dot in it and no suffix that anything picks up: sudo, systemd and PHP pass it over.
  const path = join(directory, `.wca-probe.${randomBytes(6).toString('hex')}`);
  const content = Buffer.from('wca\n');
  const made = await replaceFile(path, content, { mode: 0o600, ...owner, expect: null });
  const read = made.isOk() ? await readRegularFile(path) : null;
  const removed = made.isOk() ? await removeFile(path, { expect: content }) : null;
  const where = `${printablePath(directory)} is to be written in, and a file could not be`;
  if (made.isErr()) return err(refused(`${where} made or given away there: ${made.error.message}`));
  if (removed?.isErr() === true) return err(refused(`${where} removed again there: ${removed.error.message}`));
  if (read?.isOk() === true && read.value.uid === owner.uid && read.value.gid === owner.gid) return ok(undefined);
  return err(refused(`${where} given away there: its filesystem does not keep owners`));
}

async function findFlow({ site, target }: MigrationFacts, flow: string): Promise<Result<void, StepFailure>> {
  const found = await findSite(site.root);
  if (found.isErr()) return err(found.error);
  const identity = await lookupIdentity(target.name);
  if (identity.isErr()) return err(identity.error);
  const flows = await listFlows(found.value, identity.value);
  // WP-CLI may be closed to the account until the migration opens it.
  if (flows.isErr() || flows.value.some(({ name }) => name === flow)) return ok(undefined);
  const names = flows.value.map(({ name }) => JSON.stringify(name)).join(', ');
  return err({ code: 'FLOW_NOT_FOUND', message: `there is no flow ${JSON.stringify(flow)} to prove the migration with; there are ${names === '' ? 'none' : names}` });
}

function refused(message: string): StepFailure {
  return { code: 'NOT_WRITABLE', message: `${message}; put that right and plan again` };
}
