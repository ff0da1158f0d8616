import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ResultAsync, err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import * as v from 'valibot';
import { readRegularFile, replaceFile } from '../../../posix/files/index.js';
import { contentDigest, moveTree } from '../../../posix/moves/index.js';
import { ioError, isAtOrBelow, printablePath } from '../../../posix/paths/index.js';
import { runChecked } from '../../../posix/programs/index.js';
import { estimateTree } from '../../../posix/search/index.js';
import { absolutePath, isJsonObject, listOf, parseJson, readData, record } from '../../engine/index.js';
import type { StepContext, StepFailure } from '../../engine/index.js';
import type { ProgramPath } from '../../../kimaki/unit/index.js';
import { setAside } from '../files/setAside.js';

const entry = record({
  path: absolutePath,
  kind: v.picklist(['file', 'link', 'directory', 'tree', 'absent']),
  /** Of its content; null for a directory, for what was not there, and for what is too large. */
  digest: v.nullable(v.string()),
  /** Name of the archive with its copy among the records of the step, or null. */
  copy: v.nullable(v.string()),
});

const manifest = record({
  entries: listOf(entry),
  /** Files by which programs are configured to run others: told of, never restored. */
  configured: listOf(record({ path: absolutePath, digest: v.nullable(v.string()) })),
});

/** One part of what programs consist of, as it was before the state moved. */
export type KeptEntry = Readonly<v.InferOutput<typeof entry>>;
/** All of them. */
export type KeptPrograms = Readonly<v.InferOutput<typeof manifest>>;

/** Trees larger than this are not looked into: copying them would keep the service down. */
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_ENTRIES = 30_000;

const MANIFEST = 'programs.json';
/** What is copied, and then packed: no file of a run but its own is open to others, or belongs to them. */
const COPY = 'program';

/** Packs every path among the records of the step, and writes last what they are. Paths are as they are now. */
export async function keepPrograms(
  paths: readonly ProgramPath[],
  configured: readonly string[],
  ctx: StepContext,
): Promise<Result<KeptPrograms, StepFailure>> {
  const entries: KeptEntry[] = [];
  for (const [index, { path, kind }] of paths.entries()) {
    const kept = await keep(path, kind, `kept-${index + 1}`, ctx);
    if (kept.isErr()) return err(kept.error);
    entries.push(kept.value);
  }
  const known: { path: string; digest: string | null }[] = [];
  for (const path of configured) {
    const digest = await digestOf(path);
    if (digest.isErr()) return err(digest.error);
    known.push({ path, digest: digest.value });
  }
  const kept = { entries, configured: known };
  const written = await replaceFile(ctx.recordPath(MANIFEST), `${JSON.stringify(kept)}\n`, { mode: 0o600 });
  return written.isErr() ? err(written.error) : ok(kept);
}

async function keep(
  path: string,
  kind: ProgramPath['kind'],
  name: string,
  ctx: StepContext,
): Promise<Result<KeptEntry, StepFailure>> {
  const type = await typeOf(path);
  if (type.isErr()) return err(type.error);
  if (type.value === 'absent') return ok({ path, kind: 'absent', digest: null, copy: null });
  if (type.value === 'directory' && kind !== 'tree') return ok({ path, kind: 'directory', digest: null, copy: null });
  const large = await isTooLarge(path);
  if (large.isErr()) return err(large.error);
  const found = type.value === 'directory' ? 'tree' : type.value;
  if (large.value) {
    return ok({ path, kind: found, digest: null, copy: null });
  }
  const copy = ctx.recordPath(COPY);
  const copied = await copyTo(copy, path);
  if (copied.isErr()) return err(copied.error);
  // Of the copy: what is restored is what was digested.
  const digest = await contentDigest(copy, path);
  if (digest.isErr()) return err(digest.error);
  const packed = await pack(copy, ctx.recordPath(name));
  return packed.map(() => ({ path, kind: found, digest: digest.value, copy: name }));
}

/** Reads what was kept; null where the step was ended before it had kept anything. */
export async function readKept(ctx: StepContext): Promise<Result<KeptPrograms | null, StepFailure>> {
  const path = ctx.recordPath(MANIFEST);
  const read = await readRegularFile(path, { maxBytes: 64 * 1024 * 1024 });
  if (read.isErr()) return read.error.code === 'NOT_FOUND' ? ok(null) : err(read.error);
  return readData(manifest, parseJson(read.value.bytes.toString('utf8'))).mapErr(({ field, problem }) => ({
    code: 'RECORD_DAMAGED',
    message: `${path} is damaged, so it is not known which programs ran before: ${field} ${problem}`,
  }));
}

/** What differs from what was kept. */
export interface ChangedPrograms {
  readonly programs: readonly KeptEntry[];
  /** Paths. */
  readonly configured: readonly string[];
  /** Paths of what was too large to be kept. */
  readonly unchecked: readonly string[];
}

/**
 * Compares what was kept with what is there.
 *
 * @param places - where a path of the record may be now
 */
export async function changedPrograms(
  kept: KeptPrograms,
  places: (path: string) => readonly string[],
): Promise<Result<ChangedPrograms, StepFailure>> {
  const programs: KeptEntry[] = [];
  for (const one of kept.entries) {
    const same = await isSame(places(one.path), one.kind === 'absent', (path) => isAsKept(one, path));
    if (same.isErr()) return err(same.error);
    if (!same.value) programs.push(one);
  }
  const configured: string[] = [];
  for (const { path, digest } of kept.configured) {
    const isAsBefore = async (place: string): Promise<Result<boolean, StepFailure>> =>
      (await digestOf(place)).map((now) => now === digest);
    const same = await isSame(places(path), digest === null, isAsBefore);
    if (same.isErr()) return err(same.error);
    if (!same.value) configured.push(path);
  }
  const unchecked = kept.entries.filter(({ kind, copy }) => copy === null && kind !== 'directory' && kind !== 'absent');
  return ok({ programs, configured, unchecked: unchecked.map(({ path }) => path) });
}

/** What was there is as it was at one of its places; what was not is at none of them. */
async function isSame(
  places: readonly string[],
  wasAbsent: boolean,
  ask: (path: string) => Promise<Result<boolean, StepFailure>>,
): Promise<Result<boolean, StepFailure>> {
  for (const path of places) {
    const same = await ask(path);
    if (same.isErr() || same.value !== wasAbsent) return same;
  }
  return ok(wasAbsent);
}

async function isAsKept({ kind, digest }: KeptEntry, path: string): Promise<Result<boolean, StepFailure>> {
  const type = await typeOf(path);
  if (type.isErr()) return err(type.error);
  if (type.value !== (kind === 'tree' ? 'directory' : kind)) return ok(false);
  if (digest === null) return ok(true);
  const now = await contentDigest(path);
  return now.isErr() ? err(now.error) : ok(now.value === digest);
}

/**
 * Puts what was kept back in the place of what differs, which stays beside it under another name. Says where.
 *
 * A directory whose place something else has taken comes back with what was kept of it.
 */
export async function restorePrograms(
  changed: readonly KeptEntry[],
  kept: KeptPrograms,
  ctx: StepContext,
): Promise<Result<readonly string[], StepFailure>> {
  const notes: string[] = [];
  for (const one of kept.entries) {
    // A directory that is set aside takes what is in it along.
    const isBelow = changed.some(({ path }) => path !== one.path && isAtOrBelow(one.path, path));
    if (!changed.includes(one) && !isBelow) continue;
    const same = await isAsKept(one, one.path);
    if (same.isErr()) return err(same.error);
    if (same.value) continue;
    const restored = await restore(one, ctx);
    if (restored.isErr()) return err(restored.error);
    if (restored.value !== null) notes.push(restored.value);
  }
  return ok(notes);
}

async function restore(
  { path, kind, copy: name }: KeptEntry,
  ctx: StepContext,
): Promise<Result<string | null, StepFailure>> {
  const type = await typeOf(path);
  if (type.isErr()) return err(type.error);
  let aside: string | null = null;
  if (type.value !== 'absent') {
    const moved = await setAside(path, 'changed-since');
    if (moved.isErr()) return err(moved.error);
    aside = moved.value;
  }
  const shown = printablePath(path);
  const kept = aside === null ? '' : `; what was in its place is kept in ${printablePath(aside)}`;
  if (kind === 'absent') return ok(`${shown} was made since, and a program of root would load it${kept}`);
  const ready = ctx.recordPath(COPY);
  const made = kind === 'directory' ? await emptyDirectory(ready) : await unpack(ctx.recordPath(name ?? ''), ready);
  if (made.isErr()) return err(made.error);
  const placed = await moveTree(ready, path);
  if (placed.isErr()) return err(placed.error);
  return ok(`${shown} was changed after the run; root runs it, so it is restored as it was before the run${kept}`);
}

async function emptyDirectory(path: string): Promise<Result<void, StepFailure>> {
  const cleared = await clear(path);
  if (cleared.isErr()) return err(cleared.error);
  return ResultAsync.fromPromise(mkdir(path, { mode: 0o755 }), (cause) => ioError(cause, 'mkdir', path)).map(
    () => undefined,
  );
}

/** With owner, mode, times, ACL and links as they are. What a killed copy left is replaced. */
async function copyTo(copy: string, from: string): Promise<Result<void, StepFailure>> {
  const cleared = await clear(copy);
  if (cleared.isErr()) return err(cleared.error);
  return runChecked('cp', ['-a', '--reflink=auto', '-T', '--', from, copy], { timeoutMs: 600_000 }).map(
    () => undefined,
  );
}

const TAR = ['--numeric-owner', '--acls', '--xattrs', '--xattrs-include=*'];

/** Puts a copy into an archive that is on disk when this ends, and removes the copy. */
async function pack(copy: string, archive: string): Promise<Result<void, StepFailure>> {
  const args = ['--create', '--format=posix', ...TAR, `--file=${archive}`, `--directory=${dirname(copy)}`];
  return runChecked('tar', [...args, '--', basename(copy)], { timeoutMs: 600_000, umask: 0o077 })
    .andThen(() => runChecked('sync', ['--', archive], { timeoutMs: 600_000 }))
    .andThen(() => new ResultAsync(clear(copy)));
}

/** Makes a copy again of what {@link pack} put into the archive. */
async function unpack(archive: string, copy: string): Promise<Result<void, StepFailure>> {
  const cleared = await clear(copy);
  if (cleared.isErr()) return err(cleared.error);
  const args = ['--extract', '--same-owner', '--same-permissions', ...TAR, `--file=${archive}`];
  return runChecked('tar', [...args, `--directory=${dirname(copy)}`, '--', basename(copy)], {
    timeoutMs: 600_000,
  }).map(() => undefined);
}

async function clear(path: string): Promise<Result<void, StepFailure>> {
  const type = await typeOf(path);
  if (type.isErr()) return err(type.error);
  return type.value === 'absent' ? ok(undefined) : runChecked('rm', ['-rf', '--', path]).map(() => undefined);
}

async function isTooLarge(path: string): Promise<Result<boolean, StepFailure>> {
  const stat = await ResultAsync.fromPromise(lstat(path), (cause) => ioError(cause, 'lstat', path));
  if (stat.isErr()) return err(stat.error);
  if (!stat.value.isDirectory()) return ok(stat.value.size > MOST_BYTES);
  const size = await estimateTree(path);
  if (size.isErr()) return err(size.error);
  return ok(size.value.contentBytes > MOST_BYTES || size.value.inodes > MOST_ENTRIES);
}

async function typeOf(path: string): Promise<Result<'file' | 'link' | 'directory' | 'absent', StepFailure>> {
  const stat = await ResultAsync.fromPromise(lstat(path), (cause) => ioError(cause, 'lstat', path));
  if (stat.isErr()) return ['ENOENT', 'ENOTDIR'].includes(stat.error.errno) ? ok('absent') : err(stat.error);
  return ok(stat.value.isSymbolicLink() ? 'link' : stat.value.isDirectory() ? 'directory' : 'file');
}

/** Settings of opencode that name programs; it rewrites the others by itself. */
const OPENCODE_KEYS = ['plugin', 'mcp', 'command', 'formatter', 'lsp', 'experimental', 'tools', 'agent', 'permission'];

/** Of a file or directory that configures programs, as far as it can make them run others; null where there is none. */
async function digestOf(path: string): Promise<Result<string | null, StepFailure>> {
  const type = await typeOf(path);
  if (type.isErr()) return err(type.error);
  if (type.value === 'absent') return ok(null);
  if (path.endsWith('/opencode.json') && type.value === 'file') {
    const read = await readRegularFile(path);
    const value = read.isOk() ? parseJson(read.value.bytes.toString('utf8')) : undefined;
    if (isJsonObject(value)) {
      const programs = OPENCODE_KEYS.map((key) => value[key] ?? null);
      return ok(createHash('sha256').update(JSON.stringify(programs)).digest('hex'));
    }
  }
  const large = await isTooLarge(path);
  if (large.isErr()) return err(large.error);
  if (large.value) return ok('too large');
  const digest = await contentDigest(path);
  return digest.isErr() ? err(digest.error) : ok(digest.value);
}
