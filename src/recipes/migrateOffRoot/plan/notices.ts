import type { Notice } from '../../engine/index.js';
import type { Observation } from '../observe/observe.js';

/** The notices of a plan: the abilities that the agent loses, what stays behind, and warnings. */
export function noticesOf({ facts, lost, left, sizes, warnings }: Observation): readonly Notice[] {
  const found: readonly (Pick<Notice, 'kind' | 'text'> & Partial<Notice>)[] = [
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
  return found.map((notice) => ({ remedy: null, ...notice }));
}
