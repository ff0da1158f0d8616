import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { findSite } from '../../../wordpress/site/index.js';
import { listFlows } from '../../../wordpress/wpcli/index.js';
import { lookupIdentity } from '../../../posix/accounts/index.js';
import { printablePath, attempt } from '../../../posix/paths/index.js';
import type { IoError } from '../../../posix/paths/index.js';
import type { StepFailure } from '../../engine/index.js';
import type { MigrationFacts, VerificationOptions } from '../../host/index.js';
import { placesOf } from '../../host/index.js';

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

/** Without a name, so that nothing is left whenever this ends. Source: open(2), O_TMPFILE. */
const O_TMPFILE = 0o20200000;
/** The answers of filesystems without such files, NFS among them. */
const NOT_KNOWN = new Set(['EOPNOTSUPP', 'ENOTSUP', 'EISDIR', 'EINVAL']);

async function tryDirectory(
  directory: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<Result<void, StepFailure>> {
  const stat = await lstat(directory).catch(() => null);
  if (stat?.isDirectory() !== true) return ok(undefined);
  const where = `${printablePath(directory)} is to be written in, and a file could not be`;
  const opened = await openUnnamed(directory);
  if (opened.isErr()) return err(refused(`${where} made there: ${opened.error.message}`));
  const file = opened.value;
  try {
    const tried = await attempt(
      async () => {
        await file.write('wca\n');
        await file.chown(owner.uid, owner.gid);
        await file.sync();
        return file.stat();
      },
      'write',
      directory,
    );
    if (tried.isErr()) return err(refused(`${where} written or given away there: ${tried.error.message}`));
    const { uid, gid } = tried.value;
    return uid === owner.uid && gid === owner.gid
      ? ok(undefined)
      : err(refused(`${where} given away there: its filesystem does not keep owners`));
  } finally {
    await file.close();
  }
}

/** A file in this directory that has no name, or has lost it by the time it is given. */
async function openUnnamed(directory: string): Promise<Result<FileHandle, IoError>> {
  const unnamed = await attempt(() => open(directory, O_TMPFILE | constants.O_RDWR, 0o600), 'open', directory);
  if (unnamed.isOk() || !NOT_KNOWN.has(unnamed.error.errno)) return unnamed;
  // A dot in front and one inside: neither systemd, nor php, nor sudo takes it for theirs.
  const path = join(directory, `.wca-probe.${randomBytes(6).toString('hex')}`);
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const named = await attempt(() => open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), 'open', path);
  if (named.isErr()) return err(named.error);
  const removed = await attempt(() => unlink(path), 'unlink', path);
  if (removed.isOk()) return ok(named.value);
  await named.value.close();
  return err(removed.error);
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
  return err({
    code: 'FLOW_NOT_FOUND',
    message: `there is no flow ${JSON.stringify(flow)} to prove the migration with; there are ${names === '' ? 'none' : names}`,
  });
}

function refused(message: string): StepFailure {
  return { code: 'NOT_WRITABLE', message: `${message}; put that right and plan again` };
}
