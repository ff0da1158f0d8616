import { joinPath, toBytes, utf8Text } from './bytePath.js';
import { printablePath } from './ioError.js';
import type { Root } from './openRoot.js';
import { runProgram } from './runProgram.js';
import type { SkipReason } from './tree.js';

const BATCH = 100;

/**
 * Tells immutable entries from those the filesystem refuses for another reason; the kernel says EPERM to both.
 *
 * Only the label depends on it, so asking by path is good enough. Where lsattr cannot answer, it is `denied`.
 */
export async function labelDenials(
  root: Root,
  skipped: ReadonlyMap<string, SkipReason>,
): Promise<ReadonlyMap<string, SkipReason>> {
  const asked = new Map<string, string>();
  for (const [entry, reason] of skipped) {
    const path = utf8Text(entry === '' ? root.path : joinPath(root.path, entry));
    if (reason === 'immutable' && path !== null && printablePath(toBytes(entry)) === entry) asked.set(path, entry);
  }
  const fixed = new Set<string>();
  const paths = [...asked.keys()];
  for (let from = 0; from < paths.length; from += BATCH) {
    const ran = await runProgram('lsattr', ['-d', '--', ...paths.slice(from, from + BATCH)]);
    if (ran.isErr()) break;
    for (const line of ran.value.stdout.split('\n')) {
      const [, flags = '', path = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
      const entry = /[ia]/.test(flags) ? asked.get(path) : undefined;
      if (entry !== undefined) fixed.add(entry);
    }
  }
  const labelled = new Map(skipped);
  for (const [entry, reason] of skipped) if (reason === 'immutable' && !fixed.has(entry)) labelled.set(entry, 'denied');
  return labelled;
}
