import type { Notice, PlannedStep } from '../../engine/index.js';
import type { FpmFacts, MigrationFacts } from '../../host/index.js';
import { serviceUmaskStep, stopUnitsStep } from '../../steps/index.js';
import type { Observation } from '../observe/observe.js';

/**
 * The notices of a plan: which units are moved together, the abilities that the agent loses, what stays behind, and warnings;
 * what several instances have in common is told once.
 */
export function noticesOf(observations: readonly Observation[]): readonly Notice[] {
  const units = observations.map(({ facts }) => facts.unit.name);
  const found: readonly Notice[] = [
    ...observations.slice(0, 1).map(({ facts }) => subject(units, facts)),
    ...(units.length > 1 ? [together(units)] : []),
    ...observations.flatMap(noticesOfOne).map((notice) => ({ remedy: null, ...notice })),
  ];
  return [...new Map(found.map((notice) => [`${notice.kind} ${notice.text}`, notice])).values()];
}

function subject(units: readonly string[], { unit, target }: MigrationFacts): Notice {
  const from = unit.loadedUser === '' ? 'root' : unit.loadedUser;
  const text =
    from === target.name ? `${units.join(', ')} as ${from}` : `${units.join(', ')} from ${from} to ${target.name}`;
  return { kind: 'subject', text, remedy: null };
}

/** What a stop and a start take on a small host, with what is written between them. */
const STOP_AND_START_SECONDS = 3;

/** What is interrupted while the plan is carried out, and for how long. */
export function interruptions(
  steps: readonly Pick<PlannedStep, 'kind' | 'state'>[],
  observations: readonly Pick<Observation, 'facts' | 'copyMs'>[],
  lookedMs: number,
): readonly Notice[] {
  const isDone = (kind: string): boolean => steps.some((step) => step.kind === kind && step.state !== 'satisfied');
  const fpm = observations[0]?.facts.fpm ?? null;
  const isUp = observations.some(({ facts }) => facts.unit.active);
  return [
    ...(isUp && isDone(stopUnitsStep.kind) ? [downtime(observations, lookedMs)] : []),
    ...(fpm !== null && isDone(serviceUmaskStep.kind) ? [restart(fpm)] : []),
  ].map((notice) => ({ ...notice, remedy: null }));
}

/** To look through the trees again takes about as long as it took for the plan. */
function downtime(
  observations: readonly Pick<Observation, 'copyMs'>[],
  lookedMs: number,
): Pick<Notice, 'kind' | 'text'> {
  const looking = Math.ceil(lookedMs / 1000);
  const copying = Math.ceil(observations.reduce((sum, one) => sum + one.copyMs, 0) / 1000);
  const parts = [
    `${STOP_AND_START_SECONDS} s to stop and start`,
    `${looking} s to look through the trees again`,
    copying === 0 ? 'the state moves by renames' : `${copying} s to copy the state`,
  ];
  return { kind: 'downtime', text: `about ${STOP_AND_START_SECONDS + looking + copying} s: ${parts.join(', ')}` };
}

function restart({ unit, otherPools }: FpmFacts): Pick<Notice, 'kind' | 'text'> {
  const pools = otherPools.length === 0 ? '' : `; its pools ${otherPools.join(', ')} get the umask too`;
  return { kind: 'restart', text: `${unit}: requests in progress get a 502${pools}` };
}

function together(units: readonly string[]): Notice {
  const text = `${units.join(', ')}: all are stopped before anything moves and started when everything has moved, in one stop window; one rollback brings all of them back`;
  return { kind: 'together', text, remedy: null };
}

function noticesOfOne({
  facts,
  lost,
  left,
  sizes,
  warnings,
}: Observation): readonly (Pick<Notice, 'kind' | 'text'> & Partial<Notice>)[] {
  return [
    ...lost.map(({ what, because, remedy }) => ({ kind: 'lost-ability', text: `${what}: ${because}`, remedy })),
    ...left.map(({ path, reason }) => ({ kind: 'left-behind', text: `${path}: ${reason}` })),
    ...facts.state.moves
      .filter(({ asidePath }) => asidePath !== null)
      .map(({ to, asidePath }) => ({ kind: 'left-behind', text: `${to} is kept as ${asidePath ?? ''}` })),
    ...sizes.map((text) => ({ kind: 'size', text })),
    ...warnings.map((warning) =>
      typeof warning === 'string' ? { kind: 'warning', text: warning } : { kind: 'warning', ...warning },
    ),
  ];
}
