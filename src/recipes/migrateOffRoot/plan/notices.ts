import type { Notice } from '../../engine/index.js';
import type { Observation } from '../observe/observe.js';

/**
 * The notices of a plan: which units are moved together, the abilities that the agent loses, what stays behind, and warnings;
 * what several instances have in common is told once.
 */
export function noticesOf(observations: readonly Observation[]): readonly Notice[] {
  const units = observations.map(({ facts }) => facts.unit.name);
  const found: readonly Notice[] = [
    ...(units.length > 1 ? [together(units)] : []),
    ...observations.flatMap(noticesOfOne).map((notice) => ({ remedy: null, ...notice })),
  ];
  return [...new Map(found.map((notice) => [`${notice.kind} ${notice.text}`, notice])).values()];
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
