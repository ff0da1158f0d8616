import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import type { IoError } from '../../posix/paths/index.js';
import { resolveBelow } from './resolveBelow.js';

/**
 * What a load directory is for, and so who writes its files.
 *
 * - `control`: what `systemctl set-property` and the like set; wins over everything.
 * - `transient`: units made by `systemd-run`; gone when they stop.
 * - `generated`: written anew by generators at each boot and each daemon-reload.
 * - `own`: the administrator's, `/etc/systemd/system`.
 * - `attached`: portable services, written by `portablectl`.
 * - `runtime`: the administrator's until the next boot.
 * - `local`: software installed by hand, below `/usr/local`.
 * - `vendor`: of packages.
 * - `given`: the caller's, searched before all others; see `UnitLoadPathOptions`.
 *
 * @inline
 */
export type LoadDirectoryKind =
  'control' | 'transient' | 'generated' | 'own' | 'attached' | 'runtime' | 'local' | 'vendor' | 'given';

/** Where to look. */
export interface UnitLoadPathOptions {
  /** Where the host's `/` is; default this host's. */
  readonly root?: string;
  /** A directory that is searched before all others, as `systemd-analyze verify FILE` does with that of the file. */
  readonly first?: string;
}

/** One directory in which systemd looks for unit files. It need not exist. @inline */
export interface LoadDirectory {
  /** As seen from the root asked about: `/etc/systemd/system`. */
  readonly path: string;
  readonly kind: LoadDirectoryKind;
}

/** What systemd was built with, the one that wins first. */
export const LOAD_DIRECTORIES: readonly LoadDirectory[] = [
  { path: '/etc/systemd/system.control', kind: 'control' },
  { path: '/run/systemd/system.control', kind: 'control' },
  { path: '/run/systemd/transient', kind: 'transient' },
  { path: '/run/systemd/generator.early', kind: 'generated' },
  { path: '/etc/systemd/system', kind: 'own' },
  { path: '/etc/systemd/system.attached', kind: 'attached' },
  { path: '/run/systemd/system', kind: 'runtime' },
  { path: '/run/systemd/system.attached', kind: 'attached' },
  { path: '/run/systemd/generator', kind: 'generated' },
  { path: '/usr/local/lib/systemd/system', kind: 'local' },
  { path: '/lib/systemd/system', kind: 'vendor' },
  { path: '/usr/lib/systemd/system', kind: 'vendor' },
  { path: '/run/systemd/generator.late', kind: 'generated' },
];

/**
 * Gives the directories in which the system manager looks for unit files, the one that wins first.
 *
 * It is what systemd was built with, not what one manager was told: `SYSTEMD_UNIT_PATH` is not looked at. Where `/lib`
 * is a link to `/usr/lib`, the directory of packages is listed once, by its real name; systemd up to 255 shows unit
 * files in it as `/lib/systemd/system/…`.
 *
 * Errors: `IO`.
 *
 * Source: systemd.unit(5), "Unit File Load Path"; `lookup_paths_init()` in systemd's src/basic/path-lookup.c.
 */
export function unitLoadPath(options: UnitLoadPathOptions = {}): ResultAsync<readonly LoadDirectory[], IoError> {
  return new ResultAsync(list(options.root ?? '/', options.first));
}

async function list(root: string, first: string | undefined): Promise<Result<readonly LoadDirectory[], IoError>> {
  const lib = await resolveBelow(root, '/lib');
  if (lib.isErr()) return err(lib.error);
  const isMerged = lib.value?.path === '/usr/lib';
  const usual = LOAD_DIRECTORIES.filter(({ path }) => !(isMerged && path.startsWith('/lib/')));
  return ok(
    first === undefined ? usual : [{ path: first, kind: 'given' }, ...usual.filter(({ path }) => path !== first)],
  );
}
