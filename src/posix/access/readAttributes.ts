import { printablePath, toBytes, utf8Text } from '../paths/index.js';
import { KnownVersions } from './knownVersions.js';
import type { Versioned } from './knownVersions.js';
import { runProgram } from '../programs/index.js';

/** Bytes of paths handed to one lsattr: well below ARG_MAX. */
const BATCH_BYTES = 64 * 1024;

/** What is known of inodes by their version; a change of an attribute changes it. */
const known = new KnownVersions<string>();

/**
 * The attributes (chattr(1)) of files and directories, as lsattr prints them, by path: byte strings both. Empty where
 * the filesystem has none. What could not be asked about (a name that is not plain UTF-8 text, no lsattr) is left out.
 */
export async function readAttributes(
  asked: readonly Versioned[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const versions = new Map(asked.map(({ path, version }) => [path, version]));
  const unknown: string[] = [];
  for (const [path, version] of versions) {
    const attributes = known.get(version);
    if (attributes !== undefined) found.set(path, attributes);
    // lsattr prints names as they are: only of plain ones is it clear where a line ends.
    else if (utf8Text(path) === printablePath(toBytes(path))) unknown.push(path);
  }
  for (const batch of batchesOf(unknown)) {
    const ran = await runProgram('lsattr', ['-d', '--', ...batch.map((path) => utf8Text(path) ?? '')], options);
    if (ran.isErr()) return found;
    for (const path of batch) found.set(path, '');
    for (const line of ran.value.stdout.split('\n')) {
      const [, flags = '', path = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
      if (path !== '') found.set(Buffer.from(path, 'utf8').toString('latin1'), flags);
    }
    for (const path of batch) known.set(versions.get(path), found.get(path) ?? '');
  }
  return found;
}

/** The same paths in groups that each fit a command line. */
export function batchesOf(paths: readonly string[]): readonly (readonly string[])[] {
  const out: string[][] = [];
  let size = BATCH_BYTES;
  for (const path of paths) {
    if (size + path.length > BATCH_BYTES) {
      out.push([]);
      size = 0;
    }
    out.at(-1)?.push(path);
    size += path.length + 1;
  }
  return out;
}
