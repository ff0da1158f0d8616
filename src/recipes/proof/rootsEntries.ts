import { err, ok } from 'neverthrow';
import type { Result } from 'neverthrow';
import { reclaim } from '../../posix/sweeps/index.js';
import type { Identity } from '../../posix/accounts/index.js';
import type { SkippedEntry, SweepError } from '../../posix/handles/index.js';
import { LEFT_ON_PURPOSE, UNSAFE, firstSkipped, rootsOnPurpose } from '../steps/index.js';
import { remedy } from '../../posix/findings/index.js';
import type { AcceptanceCheck, Verdicts } from './check.js';
import type { Subject } from './subject.js';

/** What root still owns below some trees. */
export type RootsEntries = {
  /** How many entries a sweep would give to the other account. */
  readonly toGive: number;
  /** What it would have to skip. */
  readonly stuck: readonly SkippedEntry[];
  /** What it would skip on purpose, or because it was asked to. */
  readonly left: readonly SkippedEntry[];
};

/** Counts with a dry run of the sweep, so that both skip the same entries. */
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

/** Decides over what root still owns below `trees`, which `writer` has to be able to replace; pure. */
export function judgeRootsEntries(
  { passed, failed }: Verdicts,
  trees: readonly string[],
  writer: string,
  { toGive, stuck, left }: RootsEntries,
): AcceptanceCheck {
  const where = trees.join(', ');
  const told = left.length === 0 ? '' : `; left on purpose: ${firstSkipped(left)}`;
  if (toGive > 0)
    return failed(`${toGive} entries below ${where} belong to root, and ${writer} cannot replace them${told}`);
  if (stuck.length === 0) return passed(`nothing below ${where} belongs to root${told}`);
  const way = remedy.inOrder(
    remedy.text('look what each of them is'),
    remedy.when('they are meant to stay', remedy.option('leaveUnsafe')),
  );
  return failed(`below ${where} these belong to root, or could not be looked at: ${firstSkipped(stuck)}${told}`, way);
}
