import { lstat, readlink } from 'node:fs/promises';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import {
  byteString,
  components,
  fileTypeOf,
  ioError,
  joinPath,
  nodePath,
  notAbsolute,
  octalMode,
  printablePath,
  toBytes,
} from '../paths/index.js';
import type { IoError, PathNotFound, RelativePath, SymlinkLoop } from '../paths/index.js';

/** Someone other than root can change what the path names. */
export interface UntrustedPath {
  readonly code: 'UNTRUSTED_PATH';
  readonly message: string;
  readonly path: string;
  /** The component that can be changed: the path itself, a directory above it, or one a link leads through. */
  readonly component: string;
  readonly reason: string;
}

/** The path can be changed by someone who should not, does not exist, or could not be looked at. */
export type TrustError =
  | UntrustedPath
  | (PathNotFound & {
      /** The component that does not exist. */
      readonly component: string;
    })
  | RelativePath
  | SymlinkLoop
  | IoError;

/** The kernel's own limit (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * Makes sure that only root can change what this path names: every component belongs to root, and no other account can
 * write to it.
 *
 * Looked at are `/`, every directory, every link with the whole way to its target, and the file or directory itself.
 * A directory that others may write to is accepted above the last component when it is sticky (like /tmp), since no
 * other account can replace there what belongs to root; as the last component it is refused. An ACL that lets others
 * write shows in the group bits, and counts.
 *
 * It does not see who may mount over a directory, write to the disk below, or already has the file open for writing.
 * The answer stays true until root changes something, because no other account can.
 *
 * Errors: `UNTRUSTED_PATH` with the component and the reason; `NOT_FOUND`; `RELATIVE_PATH`; `SYMLINK_LOOP`; `IO`.
 *
 * @param options - `allowUid`: a second owner to accept besides root
 *
 * @example
 * ```ts
 * import { checkTrustedPath } from '@wca/runtime-sdk/posix';
 *
 * const trusted = await checkTrustedPath('/usr/bin/env');
 * if (trusted.isErr()) console.error(trusted.error.message);
 * ```
 */
export function checkTrustedPath(
  path: string,
  options: { readonly allowUid?: number } = {},
): ResultAsync<void, TrustError> {
  return new ResultAsync(walk(path, options));
}

/** What may be accepted besides what root alone can write. */
interface AlsoTrusted {
  readonly allowUid?: number;
  /** Whether nobody but root gets the write permission that the group bits of this component (a byte string) show. */
  readonly isGroupRoots?: (path: string, gid: number) => Promise<boolean>;
}

/** {@link checkTrustedPath}, which may accept more. */
export function checkTrustedWay(path: string, also: AlsoTrusted): ResultAsync<void, TrustError> {
  return new ResultAsync(walk(path, also));
}

async function walk(given: string, { allowUid, isGroupRoots }: AlsoTrusted): Promise<Result<void, TrustError>> {
  const path = printablePath(given);
  if (!given.startsWith('/')) return err(notAbsolute(given));
  let pending = steps(byteString(given));
  let current = '/';
  let links = 0;
  for (;;) {
    const stat = await lstat(nodePath(current)).catch((cause: unknown) => ioError(cause, 'lstat', toBytes(current)));
    if ('code' in stat) return err(isMissing(stat) ? componentMissing(path, current) : stat);
    const found = distrust(stat, pending.length === 0, allowUid);
    // Without the permission of the group, is anything left to object to?
    const isSole =
      found !== null && distrust({ uid: stat.uid, mode: stat.mode & ~0o020 }, pending.length === 0, allowUid) === null;
    const reason = isSole && (await isGroupRoots?.(current, stat.gid)) === true ? null : found;
    if (reason !== null) return err(untrusted(path, current, reason));

    if (stat.isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS) return err(loop(path));
      const target = await readlink(nodePath(current), 'latin1').catch((cause: unknown) =>
        ioError(cause, 'readlink', toBytes(current)),
      );
      if (typeof target !== 'string') return err(target);
      pending = [...steps(target), ...pending];
      current = target.startsWith('/') ? '/' : above(current);
      continue;
    }
    const next = pending.shift();
    if (next === undefined) return ok(undefined);
    current = next === '..' ? above(current) : joinPath(current, next);
  }
}

interface Owned {
  readonly uid: number;
  readonly mode: number;
}

/** Why someone else could change this, or null. A link cannot be written to, only replaced: its mode says nothing. */
function distrust(stat: Owned, last: boolean, allowUid: number | undefined): string | null {
  if (stat.uid !== 0 && stat.uid !== allowUid) return `it belongs to uid ${stat.uid}`;
  const type = fileTypeOf(stat.mode);
  if (type === 'symlink' || (stat.mode & 0o022) === 0) return null;
  if (type === 'directory' && !last && (stat.mode & 0o1000) !== 0) return null;
  const who = (stat.mode & 0o002) !== 0 ? 'everyone' : 'its group';
  return `${who} may write to it (mode ${octalMode(stat.mode)})`;
}

function steps(path: string): string[] {
  return components(path).filter((name) => name !== '.');
}

function above(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function isMissing(error: IoError): boolean {
  return error.errno === 'ENOENT' || error.errno === 'ENOTDIR';
}

function loop(path: string): TrustError {
  return { code: 'SYMLINK_LOOP', message: `${path} leads through a loop of symbolic links; repair the link`, path };
}

function untrusted(path: string, at: string, reason: string): TrustError {
  const component = printablePath(toBytes(at));
  const via = component === path ? '' : `${component}: `;
  const message = `${path} can be changed by others than root: ${via}${reason}; give it to root and take write permission from others`;
  return { code: 'UNTRUSTED_PATH', message, path, component, reason };
}

function componentMissing(path: string, at: string): TrustError {
  const component = printablePath(toBytes(at));
  return { code: 'NOT_FOUND', message: `${path} cannot be checked: ${component} does not exist`, path, component };
}
