import { readFile } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { remedy } from '../../posix/findings/index.js';
import { systemManagerRunning } from '../../systemd/manager/index.js';
import { refusal } from './refusal.js';
import type { MigrationRefusal } from './refusal.js';

/** What root must be able to do, by bit. Source: linux/capability.h, capabilities(7). */
const NEEDED: readonly (readonly [bit: number, name: string])[] = [
  [0, 'CAP_CHOWN'],
  [1, 'CAP_DAC_OVERRIDE'],
  [3, 'CAP_FOWNER'],
  [6, 'CAP_SETGID'],
  [7, 'CAP_SETUID'],
];

/** The map of a process that is in no user namespace of its own. Source: user_namespaces(7). */
const WHOLE = /^\s*0\s+0\s+4294967295\s*$/;

/** Refuses where no recipe can run: without the powers of root, or without systemd. */
export async function refuseHost(): Promise<Result<void, MigrationRefusal>> {
  if (process.geteuid?.() !== 0) {
    return err(
      refusal(
        'NEEDS_ROOT',
        'host',
        `this runs as uid ${process.geteuid?.() ?? 'unknown'}, and only root can read both homes and the units`,
        remedy.text('run it as root, for example with sudo'),
      ),
    );
  }
  const [status, uids, gids] = await Promise.all(
    ['status', 'uid_map', 'gid_map'].map((name) => readFile(`/proc/self/${name}`, 'latin1').catch(() => '')),
  );
  const lacking = lackingPowers(status ?? '', uids ?? '', gids ?? '');
  if (lacking !== null)
    return err(
      refusal(
        'NEEDS_ROOT',
        'host',
        `this runs as root, but ${lacking}`,
        remedy.text('run it as root of the host itself'),
      ),
    );
  const manager = await systemManagerRunning();
  return manager.isErr()
    ? err(refusal('NO_SYSTEMD', 'host', manager.error.message, remedy.text('run it on a host that systemd has booted')))
    : ok(undefined);
}

/** What root lacks here, as a part of a sentence; null when nothing. Empty texts were not readable and count as nothing. Pure. */
export function lackingPowers(status: string, uidMap: string, gidMap: string): string | null {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (effective !== undefined) {
    const bits = BigInt(`0x${effective}`);
    const missing = NEEDED.filter(([bit]) => (bits & (1n << BigInt(bit))) === 0n).map(([, name]) => name);
    if (missing.length > 0) return `without ${missing.join(', ')}`;
  }
  const mapped = [uidMap, gidMap].every((map) => map === '' || WHOLE.test(map));
  return mapped ? null : 'in a user namespace, where it is not root over the files of the host';
}
