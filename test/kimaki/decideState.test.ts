import { expect, it } from 'vitest';
import { decideState, stateCandidates } from '../../src/kimaki/decideState.js';
import type { StateRequest } from '../../src/kimaki/decideState.js';
import { RUNTIME_STATE, TOOLCHAIN_STATE } from '../../src/kimaki/statePaths.js';

const request: StateRequest = {
  home: '/root',
  accountHome: '/root',
  dataDir: '/root/.kimaki',
  targetHome: '/home/opencode',
  posture: 'engineering',
  extra: ['tools'],
};
const froms = (changes: Partial<StateRequest>): readonly string[] =>
  stateCandidates({ ...request, ...changes }).map(({ from }) => from);

it('looks at the data directory first, at each name once, and at nothing else', () => {
  const names = [...RUNTIME_STATE.slice(1), ...TOOLCHAIN_STATE, 'tools'];
  expect(froms({})).toEqual(['/root/.kimaki', ...names.map((name) => `/root/${name}`)]);
});

it('does not look at what lies inside something that moves as a whole', () => {
  expect(froms({ extra: ['.bun/bin', 'tools/x', 'tools'] }).filter((from) => /bun|tools/.test(from))).toEqual([
    '/root/.bun',
    '/root/tools',
  ]);
});

it('does not take the root directory for a home whose content could move', () => {
  expect(decideState({ ...request, home: '/', accountHome: '/', dataDir: '/srv/k' }, [], []).dataDir.to).toBe('/srv/k');
});
