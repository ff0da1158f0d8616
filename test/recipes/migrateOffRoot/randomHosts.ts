import fc from 'fast-check';
import { BREAKAGES, breakHost } from '../../lab/index.js';
import type { Breakage, Host } from '../../lab/index.js';
import { migrate } from './support.js';

/** A host in a state that follows from a number, and how it is to be migrated. */
export interface RandomHost {
  readonly seed: number;
  readonly breakages: readonly Breakage[];
  readonly options: readonly string[];
}

/** What a plan and what followed it answered; `violation` where that breaks the rule. */
export interface Tried {
  readonly plan: number;
  readonly apply: number | null;
  readonly said: string;
  readonly violation: string | null;
}

/** States that a migration can be expected to deal with; of the others a host has one at most, or few would be migrated. */
const DEALT_WITH: ReadonlySet<Breakage> = new Set<Breakage>([
  'hard-unit',
  'upgrade-pending',
  'dispatch-under-home',
  'dispatch-to-nowhere',
  'home-of-root',
  'user-in-drop-in',
  'stopped',
  'managed-of-three',
  'configuration-of-the-agent',
  'private-profile',
  'plugin-with-htaccess',
  'month-of-root',
  'acl-on-uploads',
  'sessions-in-new-home',
  'computed-right-modes',
]);

/** Options of the plan, each by itself. */
const OPTIONS: readonly (readonly string[])[] = [
  [],
  [],
  ['--keep-paths'],
  ['--include-core'],
  ['--private', 'reclaim'],
  ['--no-fpm-umask'],
  ['--privileged-lines', 'keep'],
  ['--user', 'agent', '--create-user'],
  ['--existing-state', 'keep-source'],
];

/** One to four states that can be dealt with, in a third of all hosts one that may not, and an option. */
const hosts = fc.record({
  dealtWith: fc.uniqueArray(fc.constantFrom(...DEALT_WITH), { minLength: 1, maxLength: 4 }),
  other: fc.oneof(
    { weight: 65, arbitrary: fc.constant(null) },
    { weight: 35, arbitrary: fc.constantFrom(...BREAKAGES.filter((one) => !DEALT_WITH.has(one))) },
  ),
  options: fc.constantFrom(...OPTIONS),
});

/** The host of this number. */
export function randomHost(seed: number): RandomHost {
  const [host] = fc.sample(hosts, { seed, numRuns: 1, unbiased: true });
  if (host === undefined) throw new Error('no host was made');
  const { dealtWith, other, options } = host;
  // In the order of the list, in which the units come first.
  return { seed, breakages: BREAKAGES.filter((one) => one === other || dealtWith.includes(one)), options };
}

/** Brings the host into its state, plans, and applies where the plan ends with 0; what is said is what a violation needs. */
export async function tryHost(host: Host, { breakages, options }: RandomHost): Promise<Tried> {
  for (const breakage of breakages) {
    await breakHost(host, breakage).catch((error: unknown) => {
      // A state can be hidden by another one.
      if (!String(error).includes('changed nothing')) throw error;
    });
  }
  const plan = await migrate(host, ['plan', ...options]);
  if (plan.code !== 0) {
    const said = plan.stderr.trim();
    const helps = plan.code === 65 && said.split('\n').length > 1 && !/undefined|\[object|\n\s+at /.test(said);
    const violation = helps ? null : `plan ended with ${plan.code}`;
    return { plan: plan.code, apply: null, said, violation };
  }
  const apply = await migrate(host, ['apply', '--yes', '--hold', '1', ...options]);
  const violation = apply.code === 0 ? null : `plan ended with 0, and apply with ${apply.code}`;
  return { plan: 0, apply: apply.code, said: apply.stderr.trim(), violation };
}
