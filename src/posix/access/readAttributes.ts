import { printablePath, toBytes, utf8Text } from '../paths/index.js';
import { runProgram } from '../programs/index.js';

/** Bytes of paths handed to one lsattr: well below ARG_MAX. */
const BATCH_BYTES = 64 * 1024;

/**
 * The attributes (chattr(1)) of files and directories, as lsattr prints them, by path: byte strings both. Empty where
 * the filesystem has none. What could not be asked about (a name that is not plain UTF-8 text, no lsattr) is left out.
 */
export async function readAttributes(
  paths: readonly string[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  // lsattr prints names as they are: only of plain ones is it clear where a line ends.
  const plain = [...new Set(paths)].filter((path) => utf8Text(path) === printablePath(toBytes(path)));
  for (const batch of batchesOf(plain)) {
    const ran = await runProgram('lsattr', ['-d', '--', ...batch.map((path) => utf8Text(path) ?? '')], options);
    if (ran.isErr()) return found;
    for (const path of batch) found.set(path, '');
    for (const line of ran.value.stdout.split('\n')) {
      const [, flags = '', path = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
      if (path !== '') found.set(Buffer.from(path, 'utf8').toString('latin1'), flags);
    }
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
