import { mkdir, readlink, symlink, unlink } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { attemptAt } from '../../posix/handles/index.js';
import type { IoError } from '../../posix/paths/index.js';

/** Something other than a hold stands in the place where the link of a hold belongs. */
export interface HoldInTheWay {
  readonly code: 'HOLD_IN_THE_WAY';
  readonly message: string;
  readonly path: string;
}

/** First in the unit search path but for one, before /etc (systemd.unit(5)), and gone after a reboot. */
const HOLD_DIRECTORY = '/run/systemd/system.control';
/** What makes a unit masked: systemd.unit(5), "a unit file that is a symlink to /dev/null". */
const MASK = '/dev/null';

/** The link that holds a unit. */
export function holdPath(unit: string): string {
  return `${HOLD_DIRECTORY}/${unit}`;
}

/** Puts the link there; tells whether it was not there before. */
export async function makeHoldLink(unit: string): Promise<Result<boolean, IoError | HoldInTheWay>> {
  const path = holdPath(unit);
  // `systemctl set-property --runtime` makes it too. A strict umask only narrows it, and systemd reads it as root.
  const directory = await attemptAt(HOLD_DIRECTORY, 'mkdir', (at) => mkdir(at, { mode: 0o755 }));
  if (directory.isErr() && directory.error.errno !== 'EEXIST') return err(directory.error);
  const linked = await attemptAt(path, 'symlink', (at) => symlink(MASK, at));
  if (linked.isOk()) return ok(true);
  if (linked.error.errno !== 'EEXIST') return err(linked.error);
  if (await isHoldLink(path)) return ok(false);
  const message = `${path} is there and is not a hold of ours; see who made it with: systemctl cat ${unit}`;
  return err({ code: 'HOLD_IN_THE_WAY', message, path });
}

/** Takes the link away; whatever else has that name stays. */
export async function removeHoldLink(unit: string): Promise<Result<void, IoError>> {
  const path = holdPath(unit);
  if (!(await isHoldLink(path))) return ok(undefined);
  const removed = await attemptAt(path, 'unlink', unlink);
  return removed.isErr() && removed.error.errno !== 'ENOENT' ? err(removed.error) : ok(undefined);
}

async function isHoldLink(path: string): Promise<boolean> {
  return readlink(path).then(
    (target) => target === MASK,
    () => false,
  );
}
