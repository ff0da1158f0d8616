import type { Notice } from '../../engine/index.js';
import type { Observation } from '../observe/observe.js';

/** What a plan shows besides its steps: what the agent loses, what stays behind, what an operator should know. */
export function noticesOf({ facts, lost, left, sizes, warnings }: Observation): readonly Notice[] {
  return [
    ...lost.map(({ what, because, remedy }) => ({ kind: 'lost-ability', text: `${what}: ${because}; ${remedy}` })),
    ...left.map(({ path, reason }) => ({ kind: 'left-behind', text: `${path}: ${reason}` })),
    ...facts.state.moves
      .filter(({ asidePath }) => asidePath !== null)
      .map(({ to, asidePath }) => ({ kind: 'left-behind', text: `${to} is kept as ${asidePath ?? ''}` })),
    ...sizes.map((text) => ({ kind: 'size', text })),
    ...warnings.map((text) => ({ kind: 'warning', text })),
  ];
}
