import { realpath } from 'node:fs/promises';
import type { UnitSource } from '../../systemd/document/index.js';
import type { UnitState } from '../../systemd/manager/index.js';

/**
 * Tells whether systemd has loaded a unit as it is on disk: the same files, none of them changed since.
 *
 * `NeedDaemonReload` alone is not enough: it is false while a drop-in is in a directory that did not exist at the last
 * daemon-reload, though the next one loads it. Two names of one file count as one.
 *
 * Source: `unit_need_daemon_reload()` in systemd's src/core/unit.c, which asks a cache of directories.
 */
export async function loadedFromDisk({
  files,
  state,
}: {
  readonly files: readonly Pick<UnitSource, 'path'>[];
  readonly state: UnitState;
}): Promise<boolean> {
  if (state.needDaemonReload) return false;
  const onDisk = new Set(await Promise.all(files.map(({ path }) => realName(path))));
  const loaded = new Set(await Promise.all([state.fragmentPath ?? '', ...state.dropInPaths].map(realName)));
  return onDisk.size === loaded.size && [...onDisk].every((path) => loaded.has(path));
}

function realName(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
