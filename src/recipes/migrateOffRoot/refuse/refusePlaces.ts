import { constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../../posix/findings/index.js';
import { dirname } from 'node:path';
import { firstFew, ioError, isAtOrBelow, printablePath } from '../../../posix/paths/index.js';
import { checkWay, mountsWithin } from '../../../posix/handles/index.js';
import { queryOwnership } from '../../../posix/search/index.js';
import type { OwnedEntry } from '../../../posix/search/index.js';
import { immutableEntries } from '../../steps/index.js';
import type { MigrationRefusal, Places } from '../../host/index.js';
import { cannotObserve, refusal } from '../../host/index.js';

/** Filesystems without owners: a chown there changes nothing or fails. */
const OWNERLESS = new Set(['vfat', 'msdos', 'exfat', 'iso9660', 'udf']);

/** As many paths as a person reads. */
const SHOWN = 5;

/** Entries whose flags are read; more would take too long for a plan, and fail when they are changed. */
const MOST_ENTRIES = 200_000;

/** Refuses places in which nothing can be written or no owner changed, as far as that can be known without writing. */
export async function refusePlaces(places: Places, leaveUnsafe: boolean): Promise<Result<void, MigrationRefusal>> {
  for (const path of places.directories) {
    const way = refuseLinks(path);
    if (way.isErr()) return err(way.error);
    const writable = await refuseReadOnly(await existing(path));
    if (writable.isErr()) return err(writable.error);
  }
  for (const path of places.files) {
    const mounts = await mountsWithin(path);
    if (mounts.isErr()) return err(cannotObserve(mounts.error));
    const [mount] = mounts.value;
    if (mount === undefined) continue;
    const message = `${printablePath(path)} has to be moved or replaced, and a filesystem (${mount.type}) is mounted at ${mount.mountPoint}`;
    const way = remedy.inOrder(
      remedy.command('umount', mount.mountPoint),
      remedy.text('put its files in its place, and plan again'),
    );
    return err(refusal('MOUNT_IN_THE_WAY', path, message, way));
  }
  return refuseImmutable(places, leaveUnsafe);
}

/** A link on the way that another account could exchange: it would decide where root writes. */
function refuseLinks(directory: string): Result<void, MigrationRefusal> {
  return checkWay(directory).mapErr((error) => {
    if (error.code === 'IO') return cannotObserve(error);
    const way = remedy.inOrder(
      remedy.text(`look where ${error.link} leads`),
      remedy.text('put a directory in its place, or give the path behind it'),
      remedy.text('plan again'),
    );
    return refusal('UNTRUSTED_PATH', error.link, error.message, way);
  });
}

/** access(2) reports a read-only filesystem to root too. */
async function refuseReadOnly(directory: string): Promise<Result<void, MigrationRefusal>> {
  const problem = await access(directory, constants.W_OK).then(
    () => null,
    (cause: unknown) => ioError(cause, 'access', directory),
  );
  if (problem?.errno === 'EROFS') {
    return err(
      refusal(
        'NOT_WRITABLE',
        directory,
        `${printablePath(directory)} is on a filesystem that is mounted read-only`,
        remedy.text('remount it read-write, and plan again'),
      ),
    );
  }
  const mounts = await mountsWithin(directory);
  const own = mounts.isOk() ? mounts.value.find(({ mountPoint }) => mountPoint === directory) : undefined;
  if (own === undefined || !OWNERLESS.has(own.type)) return ok(undefined);
  return err(
    refusal(
      'NOT_WRITABLE',
      directory,
      `${printablePath(directory)} is a filesystem (${own.type}) that keeps no owners, so no owner in it can be changed`,
      remedy.text('move it to a filesystem that keeps owners, and plan again'),
    ),
  );
}

async function refuseImmutable(
  { directories, files, trees }: Places,
  leaveUnsafe: boolean,
): Promise<Result<void, MigrationRefusal>> {
  const owned: string[] = [];
  /** Trees that were searched, and the mounts in them that were passed over. */
  const searched: string[] = [];
  const passedOver: string[] = [];
  const isSearched = (path: string): boolean =>
    searched.some((one) => isAtOrBelow(path, one)) && !passedOver.some((one) => isAtOrBelow(path, one));
  for (const root of trees) {
    if (isSearched(root) || leaveUnsafe || (await lstat(root).catch(() => null)) === null) continue;
    const onEntry = ({ path, type }: OwnedEntry): void => {
      const text = path.toString('utf8');
      if ((type === 'file' || type === 'directory') && owned.length < MOST_ENTRIES && Buffer.from(text).equals(path))
        owned.push(text);
    };
    const asked = await queryOwnership(root, { by: 0 }, { onEntry });
    if (asked.isErr()) return err(cannotObserve(asked.error));
    searched.push(root);
    passedOver.push(...asked.value.mountsSkipped);
  }
  const there = await Promise.all(directories.map(existing));
  const immutable = await immutableEntries([
    ...new Set([...there, ...files, ...files.map((path) => dirname(path)), ...owned]),
  ]);
  if (immutable.isErr()) return err(cannotObserve(immutable.error));
  const [first] = immutable.value;
  if (first === undefined) return ok(undefined);
  const shown = immutable.value.map((path) => printablePath(path));
  const message = `these are immutable or append-only, so not even root can change them: ${firstFew(shown, SHOWN)}`;
  const way = remedy.anyOf(
    remedy.inOrder(remedy.text('find out why'), remedy.command('chattr', '-i', '-a', first)),
    remedy.when('only their owner would change', remedy.option('leaveUnsafe')),
  );
  return err(refusal('IMMUTABLE', first, message, way));
}

/** The path, or the nearest directory above it that exists. */
async function existing(path: string): Promise<string> {
  for (let found = path; ; found = dirname(found)) {
    if (found === '/' || (await lstat(found).catch(() => null)) !== null) return found;
  }
}
