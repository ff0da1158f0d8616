import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { explainAccess } from '../../posix/access/index.js';
import { printablePath, unlessAborted } from '../../posix/paths/index.js';
import type { AccessError } from '../../posix/access/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { Aborted, IoError } from '../../posix/paths/index.js';
import type { Bridge } from '../bridges/index.js';
import { ABILITY_PATHS } from './lostAbilities.js';
import type { AbilityFacts } from './lostAbilities.js';
import { entryType, walkState } from '../state/index.js';

/** What the reader cannot find out by itself. */
export interface AbilityRequest {
  readonly bridge: Bridge;
  readonly oldUser: string;
  /** Home of the old account, from passwd. */
  readonly oldHome: string;
  readonly newIdentity: Identity;
  /** Paths relative to `oldHome` that move. */
  readonly moved: readonly string[];
  readonly lockPort: number | null;
  /** The command line of the unit, as text. */
  readonly execStart: string;
  readonly noNewPrivileges?: boolean;
  /** Where globally installed packages are; default `/usr/lib/node_modules`. */
  readonly npmPrefix?: string;
}

const SHARED_PLACES: readonly string[] = ['/tmp', '/var/tmp', '/run', '/var/log'];

/**
 * Gathers what {@link lostAbilities} judges: which keys, logins and crontabs exist, what the new user may write.
 *
 * Only names are looked at; no key or token is opened. In /tmp, /var/tmp, /run and /var/log it looks at names with
 * `opencode` or the bridge's command in them, one level deep. Needs root to see into another's home.
 *
 * Errors: a directory or path could not be read.
 */
export function readAbilityFacts(
  request: AbilityRequest,
  options: { readonly signal?: AbortSignal } = {},
): ResultAsync<AbilityFacts, IoError | AccessError | Aborted> {
  return new ResultAsync(read(request, options.signal));
}

async function read(
  request: AbilityRequest,
  signal: AbortSignal | undefined,
): Promise<Result<AbilityFacts, IoError | AccessError | Aborted>> {
  const { bridge, oldHome, newIdentity } = request;
  const present: string[] = [];
  for (const path of ABILITY_PATHS) {
    const there = await exists(`${oldHome}/${path}`);
    if (there.isErr()) return err(there.error);
    if (there.value) present.push(path);
  }
  const ssh = await entryType(`${oldHome}/.ssh`);
  if (ssh.isErr()) return err(ssh.error);
  if (ssh.value === 'directory') {
    const walked = await walkState(`${oldHome}/.ssh`, 200, (entry) => {
      const path = `.ssh/${printablePath(entry.relative.join('/'))}`;
      // Whatever its name, a private key usually has its public half beside it.
      if (entry.type === 'file' && path.endsWith('.pub')) present.push(path.slice(0, -'.pub'.length));
      return 'skip';
    });
    if (walked.isErr()) return err(walked.error);
  }
  const crontab = await exists(`/var/spool/cron/crontabs/${request.oldUser}`);
  if (crontab.isErr()) return err(crontab.error);
  const docker = await exists('/run/docker.sock');
  if (docker.isErr()) return err(docker.error);

  const npmPrefix = request.npmPrefix ?? '/usr/lib/node_modules';
  const writable = await explainAccess(npmPrefix, newIdentity, 'create');
  if (writable.isErr() && writable.error.code !== 'NOT_FOUND') return err(writable.error);
  const go = unlessAborted(signal, 'reading what the agent can do');
  if (go.isErr()) return err(go.error);
  const leftovers = await findLeftovers(bridge, newIdentity);
  if (leftovers.isErr()) return err(leftovers.error);
  return ok({
    bridge,
    oldUser: request.oldUser,
    newUser: newIdentity.user.name,
    oldHome,
    present: [...new Set(present)],
    moved: request.moved,
    crontab: crontab.value,
    docker: docker.value,
    newGroups: newIdentity.groups.map((group) => group.name),
    lockPort: request.lockPort,
    npmPrefixWritable: writable.isOk() ? writable.value.allowed : null,
    npmPrefix,
    autoUpgradeOff: bridge.noUpgrade === null || request.execStart.split(/\s+/).includes(bridge.noUpgrade),
    leftovers: leftovers.value,
    noNewPrivileges: request.noNewPrivileges ?? false,
  });
}

/** Lists what is named after the agent in shared directories and cannot be written by somebody; reads only. */
export async function findLeftovers(
  { program }: Bridge,
  identity: Identity,
): Promise<Result<string[], IoError | AccessError>> {
  const found: string[] = [];
  for (const place of SHARED_PLACES) {
    const candidates: { path: string; want: 'create' | 'write' }[] = [];
    const walked = await walkState(place, 20_000, (entry) => {
      const [name = ''] = entry.relative;
      const isNamed = [program, 'opencode'].some((one) => name.toLowerCase().includes(one));
      if (isNamed && entry.type !== 'symlink') {
        candidates.push({ path: entry.path.toString('utf8'), want: entry.type === 'directory' ? 'create' : 'write' });
      }
      return 'skip';
    });
    if (walked.isErr()) return err(walked.error);
    for (const { path, want } of candidates) {
      const allowed = await explainAccess(path, identity, want);
      if (allowed.isErr()) {
        if (allowed.error.code === 'NOT_FOUND') continue;
        return err(allowed.error);
      }
      if (!allowed.value.allowed) found.push(printablePath(path));
    }
  }
  return ok(found);
}

function exists(path: string): ResultAsync<boolean, IoError> {
  return entryType(path).map((type) => type !== null);
}
