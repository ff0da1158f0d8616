import { createHash } from 'node:crypto';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { readRegularFile } from '../../posix/files/index.js';
import { othersInGroup } from '../../posix/accounts/index.js';
import { readAcls } from '../../posix/access/index.js';
import { checkTrustedWay } from '../../posix/handles/index.js';
import { byteString, printablePath, resultOf, shellWord, shownPath } from '../../posix/paths/index.js';
import { DEFAULT_STATE_DIR } from '../engine/index.js';

/** Where the copies of the command line are that root executes later: one directory each, named by its digest. */
export const RUNNERS = join(DEFAULT_STATE_DIR, 'runner');

/** The command line: one file that needs no other package. */
export const PROGRAM = 'wca.js';

/** Its files: the program, its manifest, and SQLite, which a thread loads from beside it. */
const FILES = ['node-sqlite3-wasm.cjs', 'node-sqlite3-wasm.wasm', 'package.json', PROGRAM] as const;

const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** What root executes: the Node and the program, by absolute paths. */
export type OwnProgram = { readonly node: string; readonly program: string };

/** The command line as a directory of a few files. */
export interface Runner {
  /** SHA-256 over the names and the bytes of its files, hex. */
  readonly digest: string;
  readonly files: readonly { readonly name: string; readonly bytes: Buffer }[];
}

/** Why root does not execute the command line of this package later, or in a unit. */
export interface RunnerError {
  /**
   * `RUNNER_UNTRUSTED`: an account other than root can change the package or its Node. `RUNNER_MISSING`: the package is
   * not installed whole, or where no unit can name it. `RUNNER_CHANGED`: the copy or the package is not the one meant.
   */
  readonly code: 'RUNNER_UNTRUSTED' | 'RUNNER_MISSING' | 'RUNNER_CHANGED';
  readonly message: string;
  readonly path: string;
}

/** Paths that systemd needs no quotes for, and does not expand. */
const PLAIN = /^\/[\w./+@,:-]+$/;

/** The path at which a copy with this digest is. Pure. */
export function programAt(digest: string): string {
  return join(RUNNERS, digest, PROGRAM);
}

/** The digest in the path of a copy's program; null for any other path. Pure. */
export function digestAt(program: string): string | null {
  const [, digest] = /^\/var\/lib\/wca\/runner\/([0-9a-f]{64})\/wca\.js$/.exec(program) ?? [];
  return digest ?? null;
}

/**
 * What a unit of root executes for this package: its Node, and a copy of its command line, which {@link placeRunner}
 * makes. Reads only.
 *
 * Both are refused where an account other than root can change them: every file of the package, and every directory
 * above it and above Node.
 */
export async function ownProgram(): Promise<Result<OwnProgram, RunnerError>> {
  return resultOf(async function* () {
    const node = yield* await ownNode();
    const runner = yield* await ownRunner();
    return ok({ node, program: programAt(runner.digest) });
  });
}

async function ownNode(): Promise<Result<string, RunnerError>> {
  const node = await realpath(process.execPath).catch(() => process.execPath);
  if (!PLAIN.test(node))
    return err(missing(node, 'a unit cannot name it; use a Node whose path has no special letters'));
  return (await trusted(node)).map(() => node);
}

/** A file or directory, if only root can change it. */
export async function trusted(path: string): Promise<Result<void, RunnerError>> {
  const checked = await checkTrustedWay(path, { isGroupRoots: isGroupOfRoot });
  if (checked.isOk()) return ok(undefined);
  const { error } = checked;
  if (error.code === 'NOT_FOUND') return err(missing(path, 'it does not exist'));
  if (error.code !== 'UNTRUSTED_PATH' || error.reason.startsWith('it belongs'))
    return err(untrusted(path, error.message));
  return err(untrusted(path, `${error.component}: ${error.reason}`, error.component));
}

/**
 * Whether the group bits give write permission to nobody but root: the group is 0, nobody else is in it, and no ACL has
 * entries of which these bits are the mask. Files that root makes with umask 002 are so.
 */
async function isGroupOfRoot(path: string, gid: number): Promise<boolean> {
  return gid === 0 && (await firstOpened([path])) === undefined;
}

/** The first of these paths, of group 0, whose group bits let another account write: byte strings. */
async function firstOpened(paths: readonly string[]): Promise<string | undefined> {
  if (paths.length === 0) return undefined;
  const others = await othersInGroup(0, 0);
  if (others.isErr() || others.value.length > 0) return paths[0];
  const { found } = await readAcls(paths.map((path) => ({ path })));
  return paths.find((path) => found.get(path) !== null);
}

/** The command line of the package that is running, if only root can change that package. */
export async function ownRunner(): Promise<Result<Runner, RunnerError>> {
  const root = await packageRoot();
  if (root === null) {
    return err(
      missing('@wca/runtime-sdk', 'this program does not find its own package; install it with npm install -g'),
    );
  }
  // A copy has its files beside the manifest.
  const isCopy = digestAt(join(root, PROGRAM)) !== null;
  return resultOf(async function* () {
    yield* await trusted(join(root, 'package.json'));
    yield* await trustedTree(join(root, isCopy ? '' : 'dist'));
    return readRunner((name) => join(root, isCopy || name === 'package.json' ? name : join('dist/runner', name)));
  });
}

async function packageRoot(): Promise<string | null> {
  try {
    return dirname(await realpath(createRequire(import.meta.url).resolve('@wca/runtime-sdk/package.json')));
  } catch {
    return null;
  }
}

/** The copy at the path of this digest, if it is whole and has this digest; null where there is none. */
export async function placedRunner(digest: string): Promise<Result<Runner | null, RunnerError>> {
  const directory = join(RUNNERS, digest);
  if ((await lstat(directory).catch(() => null)) === null) return ok(null);
  return resultOf(async function* () {
    yield* await trustedTree(directory);
    const runner = yield* await readRunner((name) => join(directory, name));
    return runner.digest === digest
      ? ok(runner)
      : err(changed(directory, 'its content has another digest than its name'));
  });
}

async function readRunner(pathOf: (name: string) => string): Promise<Result<Runner, RunnerError>> {
  const hash = createHash('sha256');
  const files: { name: string; bytes: Buffer }[] = [];
  for (const name of FILES) {
    const path = pathOf(name);
    const read = await readRegularFile(path, { maxBytes: MAX_FILE_BYTES });
    if (read.isErr()) return err(missing(path, `${read.error.message}; install the package again`));
    const { bytes } = read.value;
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
    files.push({ name, bytes });
  }
  return ok({ digest: hash.digest('hex'), files });
}

/** A directory and everything in it, if only root can change it; a link in it is refused. */
export async function trustedTree(directory: string): Promise<Result<void, RunnerError>> {
  const way = await trusted(directory);
  if (way.isErr()) return way;
  const writable = (path: string): RunnerError =>
    untrusted(path, `others than its owner may write to ${path}`, directory);
  const ofRootsGroup: string[] = [];
  try {
    // Not opendir: a recursive one of Node 20 leaves entries out.
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const stat = await lstat(path);
      if (stat.uid !== 0) return err(untrusted(path, `${path} belongs to uid ${stat.uid}`));
      if (stat.isSymbolicLink()) return err(untrusted(path, `${path} is a symbolic link`));
      if ((stat.mode & 0o002) !== 0 || ((stat.mode & 0o020) !== 0 && stat.gid !== 0)) return err(writable(path));
      if ((stat.mode & 0o020) !== 0) ofRootsGroup.push(byteString(path));
    }
    const opened = await firstOpened(ofRootsGroup);
    return opened === undefined ? ok(undefined) : err(writable(shownPath(opened)));
  } catch (cause) {
    return err(missing(directory, cause instanceof Error ? cause.message : String(cause)));
  }
}

/** @param open - what should lose the write permission of others */
function untrusted(path: string, reason: string, open?: string): RunnerError {
  const way = open === undefined ? '' : `; take the permission away: chmod -R go-w ${shellWord(printablePath(open))}`;
  const message = `root would execute ${path} later, and another account can change it: ${reason}${way}`;
  return { code: 'RUNNER_UNTRUSTED', message, path };
}

function missing(path: string, reason: string): RunnerError {
  return { code: 'RUNNER_MISSING', message: `root could not execute ${path} later: ${reason}`, path };
}

export function changed(path: string, reason: string): RunnerError {
  return { code: 'RUNNER_CHANGED', message: `root does not execute ${path}: ${reason}`, path };
}
