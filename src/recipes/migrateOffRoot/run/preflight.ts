import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { bridgeNamed } from '../../../kimaki/bridges/index.js';
import type { Bridge } from '../../../kimaki/bridges/index.js';
import { withDatabase } from '../../../kimaki/database/index.js';
import { findSite } from '../../../wordpress/site/index.js';
import { listFlows } from '../../../wordpress/wpcli/index.js';
import { lookupIdentity } from '../../../posix/accounts/index.js';
import { attempt, firstFew, printableJson, printablePath } from '../../../posix/paths/index.js';
import { withPinnedParent } from '../../../posix/handles/index.js';
import type { ParentError, PinnedParent } from '../../../posix/handles/index.js';
import type { IoError } from '../../../posix/paths/index.js';
import type { StepFailure } from '../../engine/index.js';
import type { MigrationFacts, VerificationOptions } from '../../host/index.js';
import { placesOf } from '../../host/index.js';

/**
 * Tests, before the first change, what a plan cannot test because it writes nothing: that files can be created and their
 * owner changed in every directory concerned, and that what the final verification uses exists.
 *
 * It leaves nothing behind. A directory that still has to be created is skipped.
 */
export function preflight(
  instances: readonly MigrationFacts[],
  verification: VerificationOptions,
): ResultAsync<void, StepFailure> {
  return new ResultAsync(tryAll(instances, verification));
}

async function tryAll(
  instances: readonly MigrationFacts[],
  { flow, probeChannel }: VerificationOptions,
): Promise<Result<void, StepFailure>> {
  for (const facts of instances) {
    const { uid, gid } = facts.target;
    for (const directory of placesOf(facts).directories) {
      const tried = await tryDirectory(directory, { uid: uid ?? 0, gid: gid ?? 0 });
      if (tried.isErr()) return err(tried.error);
    }
    const found = flow === undefined ? ok(undefined) : await findFlow(facts, flow);
    if (found.isErr()) return err(found.error);
  }
  return probeChannel === undefined ? ok(undefined) : findChannel(instances, probeChannel);
}

/** A file without a name, so that nothing is left whenever this ends. Source: open(2), O_TMPFILE. */
const O_TMPFILE = 0o20200000;
/** The errors of filesystems without such files, such as NFS. */
const NOT_KNOWN = new Set(['EOPNOTSUPP', 'ENOTSUP', 'EISDIR', 'EINVAL']);

async function tryDirectory(
  directory: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<Result<void, StepFailure>> {
  const where = `the migration writes in ${printablePath(directory)}, and a file could not be`;
  const opened = await withPinnedParent<FileHandle, IoError>(join(directory, 'wca-probe'), openUnnamed);
  if (opened.isErr() && isMissing(opened.error)) return ok(undefined);
  if (opened.isErr()) return err(refused(`${where} created there: ${opened.error.message}`));
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
    if (tried.isErr()) return err(refused(`${where} written or its owner changed there: ${tried.error.message}`));
    const { uid, gid } = tried.value;
    return uid === owner.uid && gid === owner.gid
      ? ok(undefined)
      : err(refused(`${where} given another owner there: its filesystem does not store owners`));
  } finally {
    await file.close();
  }
}

/** A file in this directory that has no name, or whose name is removed before it is returned. */
async function openUnnamed(parent: PinnedParent): Promise<Result<FileHandle, IoError>> {
  const { path: directory } = parent;
  const unnamed = await attempt(() => open(parent.at('.'), O_TMPFILE | constants.O_RDWR, 0o600), 'open', directory);
  if (unnamed.isOk() || !NOT_KNOWN.has(unnamed.error.errno)) return unnamed;
  // With a dot in front and one inside, systemd, php and sudo ignore it.
  const name = `.wca-probe.${randomBytes(6).toString('hex')}`;
  const path = join(directory, name);
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const named = await attempt(() => open(parent.at(name), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), 'open', path);
  if (named.isErr()) return err(named.error);
  const removed = await attempt(() => unlink(parent.at(name)), 'unlink', path);
  if (removed.isOk()) return ok(named.value);
  await named.value.close();
  return err(removed.error);
}

function isMissing(error: ParentError): boolean {
  return error.code === 'IO' && error.syscall === 'open' && error.errno === 'ENOENT';
}

/** Asked as the agent, or as WordPress where the agent does not exist yet or cannot run WP-CLI before the migration. */
async function findFlow({ site, target }: MigrationFacts, flow: string): Promise<Result<void, StepFailure>> {
  const found = await findSite(site.root);
  if (found.isErr()) return err(found.error);
  const said: string[] = [];
  for (const name of target.uid === null ? [site.user] : [target.name, site.user]) {
    const identity = await lookupIdentity(name);
    if (identity.isErr()) return err(identity.error);
    const flows = await listFlows(found.value, identity.value);
    if (flows.isErr()) {
      said.push(flows.error.message);
      continue;
    }
    if (flows.value.some((one) => one.name === flow)) return ok(undefined);
    return err(
      notThere(
        'FLOW_NOT_FOUND',
        'flow',
        flow,
        flows.value.map((one) => one.name),
      ),
    );
  }
  const message = `whether there is a flow ${printableJson(flow)}, which is to prove the migration, cannot be asked: ${said[0] ?? ''}`;
  return err({ code: 'FLOW_NOT_FOUND', message });
}

/** Refuses a channel that no instance knows; one whose channels cannot be told may know it. */
async function findChannel(instances: readonly MigrationFacts[], channel: string): Promise<Result<void, StepFailure>> {
  const known = await Promise.all(instances.map(({ unit }) => channelsOf(bridgeNamed(unit.bridge), unit.dataDir)));
  if (known.some((channels) => channels.length === 0 || channels.includes(channel))) return ok(undefined);
  return err(notThere('CHANNEL_NOT_FOUND', 'channel', channel, known.flat()));
}

/**
 * The channels that a bridge has a directory for: it accepts messages for these only. Empty where that cannot be told, of a
 * database that cannot be read or has other tables.
 *
 * Source: remorses/kimaki, cli/src/cli.ts and database.ts (getChannelDirectory).
 */
export async function channelsOf({ database }: Pick<Bridge, 'database'>, dataDir: string): Promise<readonly string[]> {
  if (database === null) return [];
  const read = await withDatabase(join(dataDir, database), (ask) =>
    ask(['SELECT channel_id AS id FROM channel_directories ORDER BY channel_id']),
  );
  return read.unwrapOr([]).map(({ id }) => String(id));
}

/** As many names as a person reads. */
const SHOWN = 10;

function notThere(code: string, what: string, wanted: string, known: readonly string[]): StepFailure {
  const names = known.map((name) => printableJson(name));
  const there = names.length === 0 ? 'none' : firstFew(names, SHOWN);
  return {
    code,
    message: `there is no ${what} ${printableJson(wanted)}, which is to prove the migration; there are ${there}`,
  };
}

function refused(message: string): StepFailure {
  return { code: 'NOT_WRITABLE', message: `${message}; correct that and plan again` };
}
