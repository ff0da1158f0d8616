import { lstat, readlink } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { ioError } from '../../posix/paths/index.js';
import type { IoError } from '../../posix/paths/index.js';

/** Where a path really leads, seen from a root. */
export interface Resolved {
  /** Without links and `..`, seen from the root. */
  readonly path: string;
  /** What is there; null for nothing. */
  readonly stat: Stats | null;
}

/** How a path is followed. */
export interface ResolveOptions {
  /** The last component is not followed when it is a link. */
  readonly keepLastLink?: boolean;
  /** What does not exist is taken for what it says, as long as no `..` follows. */
  readonly allowMissing?: boolean;
}

/** systemd's own limit. */
const MAX_LINKS = 32;
/** The path leads nowhere: for systemd a file or directory that is not there. */
const NOWHERE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/**
 * Follows the links of an absolute path as PID 1 of that root would: absolute ones start at the root, and nothing
 * leads above it. Null when it leads nowhere.
 *
 * Source: `chase_symlinks()` in systemd's src/basic/chase-symlinks.c.
 */
export async function resolveBelow(
  root: string,
  path: string,
  options: ResolveOptions = {},
): Promise<Result<Resolved | null, IoError>> {
  let pending = namesOf(path);
  let done: readonly string[] = [];
  let links = 0;
  let stat: Stats | null = null;
  for (;;) {
    const next = pending.shift();
    if (next === undefined) {
      if (stat !== null) return ok({ path: `/${done.join('/')}`, stat });
      const top = await look(root, '/');
      return top.map((found) => found && { path: '/', stat: found });
    }
    if (stat !== null && !stat.isDirectory()) return ok(null);
    if (next === '..') {
      done = done.slice(0, -1);
      stat = null;
      if (pending.length > 0 || done.length === 0) continue;
      pending = [done.at(-1) ?? ''];
      done = done.slice(0, -1);
      continue;
    }
    const here = `/${[...done, next].join('/')}`;
    const found = await look(root, here);
    if (found.isErr()) return err(found.error);
    if (found.value === null) {
      const isSafe = options.allowMissing === true && !pending.includes('..');
      return ok(isSafe ? { path: `/${[...done, next, ...pending].join('/')}`, stat: null } : null);
    }
    stat = found.value;
    if (!stat.isSymbolicLink() || (options.keepLastLink === true && pending.length === 0)) {
      done = [...done, next];
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return ok(null);
    const target = await linkTarget(root, here);
    if (target.isErr()) return err(target.error);
    if (target.value.startsWith('/')) done = [];
    pending = [...namesOf(target.value), ...pending];
    stat = null;
  }
}

/** The path as this process reaches it. */
export function below(root: string, path: string): string {
  return root === '/' ? path : `${root.replace(/\/+$/, '')}${path}`;
}

/** What a link says. */
export async function linkTarget(root: string, path: string): Promise<Result<string, IoError>> {
  const shown = below(root, path);
  return readlink(shown).then(
    (target) => ok(target),
    (cause: unknown) => err(ioError(cause, 'readlink', shown)),
  );
}

async function look(root: string, path: string): Promise<Result<Stats | null, IoError>> {
  const shown = below(root, path);
  return lstat(shown).then(
    (found) => ok(found),
    (cause: unknown) => {
      const error = ioError(cause, 'lstat', shown);
      return NOWHERE.has(error.errno) ? ok(null) : err(error);
    },
  );
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
