import { expect, it } from 'vitest';
import { verdictsOf } from '../../../src/recipes/proof/check.js';
import { judgeRootsEntries } from '../../../src/recipes/proof/rootsEntries.js';

type Entries = Parameters<typeof judgeRootsEntries>[3];
const entry = (path: string): Entries['stuck'][number] => ({ path, reason: 'hard-link' });
const judged = (entries: Partial<Entries>): ReturnType<typeof judgeRootsEntries> =>
  judgeRootsEntries(verdictsOf('root-owned', 6, '/srv'), ['/srv/a', '/srv/b'], 'WordPress', {
    toGive: 0,
    stuck: [],
    left: [],
    ...entries,
  });

it('passes where root owns nothing but what is left on purpose', () => {
  expect(judged({}).ok).toBe(true);
  expect(judged({ left: [entry('/srv/a/x')] })).toMatchObject({ ok: true });
  expect(judged({ left: [entry('/srv/a/x')] }).detail).toContain('left on purpose: /srv/a/x');
});

it('fails with what a sweep would change, and with what it cannot change', () => {
  expect(judged({ toGive: 3 }).detail).toContain('3 entries below /srv/a, /srv/b belong to root');
  const stuck = judged({ stuck: [entry('/srv/a/x')] });
  expect(stuck.ok).toBe(false);
  expect(JSON.stringify(stuck.remedy)).toContain('leaveUnsafe');
});
