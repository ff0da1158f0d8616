import { expect, it } from 'vitest';
import { decideState, stateCandidates } from '../../../src/kimaki/state/decideState.js';
import type { StateRequest } from '../../../src/kimaki/state/decideState.js';
import { KIMAKI, ROADIE } from '../../../src/kimaki/bridges/bridge.js';
import { TOOLCHAIN_STATE, runtimeState } from '../../../src/kimaki/state/statePaths.js';

const request: StateRequest = {
  bridge: KIMAKI,
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
  const others = ['.roadie', '.cc-connect', '.config/opencode-telegram-bot'];
  const names = [...runtimeState(KIMAKI).slice(1), ...others, ...TOOLCHAIN_STATE, 'tools'];
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

it('leaves an empty source where it is when the target holds state', () => {
  const survey = (holds: 'skeleton' | 'state') => ({
    type: 'directory' as const,
    holds,
    evidence: [],
    credentials: [],
  });
  const candidate = { from: '/root/.kimaki', to: '/home/opencode/.kimaki', kind: 'data-directory' as const, stays: '' };
  const decided = (source: 'skeleton' | 'state', target: 'skeleton' | 'state') =>
    decideState(request, [{ ...candidate, source: survey(source), target: survey(target) }], []);
  expect(decided('skeleton', 'state')).toMatchObject({
    moves: [],
    conflicts: [],
    left: [{ path: '/root/.kimaki', reason: 'it holds no state; the state in /home/opencode/.kimaki is kept' }],
  });
  expect(decided('state', 'state').conflicts).toHaveLength(1);
  expect(decided('skeleton', 'skeleton').moves).toHaveLength(1);
});

it('moves what is of the bridge, and leaves the data of another with the reason', () => {
  const candidates = stateCandidates({ ...request, bridge: ROADIE, dataDir: '/root/.roadie', posture: 'managed' });
  const of = (from: string) => candidates.find((one) => one.from === from);
  expect(of('/root/.roadie')).toMatchObject({ to: '/home/opencode/.roadie', kind: 'data-directory' });
  expect(of('/root/.subrouter')).toMatchObject({ to: '/home/opencode/.subrouter' });
  expect(of('/root/.kimaki')).toMatchObject({ to: null, stays: 'the data of kimaki; the service is Roadie' });
});

it('leaves in HOME what would come to the place of the data directory, where that is another one', () => {
  const half = {
    ...request,
    home: '/home/opencode',
    targetHome: '/home/agent',
    posture: 'managed' as const,
    extra: [],
  };
  const candidates = stateCandidates(half);
  const of = (from: string) => candidates.find((one) => one.from === from);
  expect(of('/root/.kimaki')?.to).toBe('/home/agent/.kimaki');
  expect(of('/home/opencode/.kimaki')?.to).toBeNull();
  expect(of('/home/opencode/.kimaki')?.stays).toContain('/root/.kimaki');
  expect(of('/home/opencode/.local/share/opencode')?.to).toBe('/home/agent/.local/share/opencode');
});
