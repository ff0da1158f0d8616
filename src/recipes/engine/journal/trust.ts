import { lstat } from 'node:fs/promises';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { checkTrustedPath } from '../../../posix/handles/index.js';
import { printablePath, attempt } from '../../../posix/paths/index.js';
import type { JournalError } from './journalError.js';

/** The account that runs the engine owns its files: root on a host, any account in a test. */
export function ownUid(): number {
  return process.geteuid?.() ?? 0;
}

/** The error for a file or directory of the engine that another account may have written to. */
export function untrusted(path: string, reason: string): JournalError {
  const shown = printablePath(path);
  const message =
    `${shown} is not trusted: ${reason}; nothing was done. Find out who changed it and whether its content is ` +
    'what the last run wrote, then correct owner and mode or move it away';
  return { code: 'JOURNAL_UNTRUSTED', message, path: shown, reason };
}

function closed(path: string): JournalError {
  const shown = printablePath(path);
  return {
    code: 'IO',
    message: `only root can read ${shown}, and this runs as uid ${ownUid()}: run it with sudo`,
    syscall: 'open',
    path: shown,
    errno: 'EACCES',
  };
}

/** Why another account may have read or written this, or null. */
export function distrustOf(stat: { readonly uid: number; readonly mode: number }): string | null {
  if (stat.uid !== ownUid()) return `it belongs to uid ${stat.uid}, expected ${ownUid()}`;
  if ((stat.mode & 0o077) === 0) return null;
  return `others have access to it (mode 0${(stat.mode & 0o7777).toString(8)})`;
}

/**
 * Whether a directory of the engine exists, is accessible to its owner only, and no other account can replace it.
 *
 * @returns false when it does not exist
 */
export async function checkPrivateDirectory(path: string): Promise<Result<boolean, JournalError>> {
  const stat = await attempt(() => lstat(path), 'lstat', path);
  if (stat.isErr()) return stat.error.errno === 'ENOENT' ? ok(false) : err(stat.error);
  if (!stat.value.isDirectory()) return err(untrusted(path, 'it is not a directory'));
  // The mode is right, and only root may read it.
  if (stat.value.uid === 0 && ownUid() !== 0 && (stat.value.mode & 0o077) === 0) return err(closed(path));
  const reason = distrustOf(stat.value);
  if (reason !== null) return err(untrusted(path, reason));
  const way = await checkTrustedPath(path, { allowUid: ownUid() });
  if (way.isOk()) return ok(true);
  const { error } = way;
  if (error.code === 'IO') return err(error);
  const reasonOfWay = error.code === 'UNTRUSTED_PATH' ? `${error.component}: ${error.reason}` : error.message;
  return err(untrusted(error.path, reasonOfWay));
}
