import { joinPath } from '../paths/index.js';
import type { Root, SkipReason } from '../handles/index.js';
import { readAttributes } from '../access/index.js';

/**
 * Tells immutable entries from those the filesystem refuses for another reason; the kernel says EPERM to both.
 *
 * Only the label depends on it, so asking by path is good enough. Where lsattr cannot answer, it is `denied`.
 */
export async function labelDenials(
  root: Root,
  skipped: ReadonlyMap<string, SkipReason>,
): Promise<ReadonlyMap<string, SkipReason>> {
  const pathOf = (entry: string): string => (entry === '' ? root.path : joinPath(root.path, entry));
  const asked = [...skipped].filter(([, reason]) => reason === 'immutable').map(([entry]) => entry);
  const attributes = await readAttributes(asked.map(pathOf));
  const labelled = new Map(skipped);
  for (const entry of asked) {
    if (!/[ia]/.test(attributes.get(pathOf(entry)) ?? '')) labelled.set(entry, 'denied');
  }
  return labelled;
}
