import { stat } from 'node:fs/promises';
import { printablePath } from '../../posix/paths/index.js';
import type { NotARegularFile } from '../../posix/files/index.js';
import { parseShownEnvironmentFiles } from './parseShow.js';
import { systemctl } from './systemctl.js';

/**
 * The first `EnvironmentFile=` of a unit that is a FIFO, as the error to give, or null.
 *
 * PID 1 itself (of systemd before 255) opens these files for each command it starts, and waits at a FIFO until someone
 * writes to it; and they often lie where the service's user can put one. A FIFO put there right after is not seen, nor
 * one that only a pattern (`*`) leads to.
 *
 * Source: `exec_context_load_environment()` in systemd's src/core/execute.c.
 */
export async function findBlockingEnvironmentFile(unit: string): Promise<NotARegularFile | null> {
  const shown = await systemctl(['show', '--property=EnvironmentFiles', '--', unit], { unit });
  const files = shown.map(({ stdout }) => parseShownEnvironmentFiles(stdout)).unwrapOr([]);
  for (const { path: raw } of files) {
    const stats = await stat(raw).catch(() => null);
    if (stats?.isFIFO() !== true) continue;
    const path = printablePath(raw);
    const message = `${path}, an EnvironmentFile= of ${unit}, is a FIFO, which would stop systemd until someone writes to it; find out who made it, remove it, and run again`;
    return { code: 'NOT_A_REGULAR_FILE', message, path, found: 'fifo' };
  }
  return null;
}
