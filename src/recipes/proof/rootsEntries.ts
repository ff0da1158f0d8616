import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { reclaim } from '../../posix/sweeps/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { SkippedEntry, SweepError } from '../../posix/handles/index.js';
import { LEFT_ON_PURPOSE, UNSAFE, rootsOnPurpose } from '../steps/index.js';
import type { Subject } from './subject.js';

/** What is still root's below some trees. */
export type RootsEntries = {
  /** How many a sweep would give away. */
  readonly toGive: number;
  /** What it would leave, and nobody asked for that. */
  readonly stuck: readonly SkippedEntry[];
  /** What it would leave, and is to stay. */
  readonly left: readonly SkippedEntry[];
};

/** Looks as the sweep would, by a sweep that changes nothing, so that both leave the same. */
export async function rootsEntries(
  trees: readonly string[],
  to: Identity,
  accepted: Subject['accepted'],
  reader?: Identity,
): Promise<Result<RootsEntries, SweepError>> {
  const skipped: SkippedEntry[] = [];
  let toGive = 0;
  for (const root of trees) {
    const dry = await reclaim(root, {
      from: 0,
      to: { uid: to.user.uid, gid: to.group.gid },
      ...(reader === undefined ? {} : { reader, keep: ({ path }: { readonly path: Buffer }) => rootsOnPurpose(path) }),
      dryRun: true,
      unprotectedHardlinks: 'allow',
    });
    if (dry.isErr()) return err(dry.error);
    toGive += dry.value.wouldChange;
    skipped.push(...dry.value.skipped);
  }
  const isLeft = ({ reason }: SkippedEntry): boolean =>
    LEFT_ON_PURPOSE.has(reason) || (accepted.leaveUnsafe === true && UNSAFE.has(reason));
  return ok({ toGive, stuck: skipped.filter((entry) => !isLeft(entry)), left: skipped.filter(isLeft) });
}

/** Some of them, by path and reason. */
export function listed(entries: readonly SkippedEntry[]): string {
  const shown = entries.slice(0, 5).map(({ path, reason }) => `${path} (${reason})`);
  return shown.join(', ') + (entries.length > 5 ? ` and ${entries.length - 5} more` : '');
}
