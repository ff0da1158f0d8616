import { expect, it } from 'vitest';
import { judgeCompanions, judgeIdentity } from '../../../src/recipes/proof/checkNoWayBack.js';
import { AGENT, exampleInstance } from '../../kimaki/support/exampleInstance.js';

const identity = (state: Parameters<typeof exampleInstance>[2]): ReturnType<typeof judgeIdentity> =>
  judgeIdentity({ instance: exampleInstance('', {}, state), service: AGENT });

it('a unit that systemd has loaded with the service user passes', () => {
  expect(identity({}).ok).toBe(true);
});

it('one that is loaded with another user, or not as its files say, fails', () => {
  expect(identity({ user: '' }).detail).toContain('User=root; opencode is wanted');
  expect(identity({ needDaemonReload: true })).toMatchObject({
    ok: false,
    remedy: { argv: ['systemctl', 'daemon-reload'] },
  });
});

it.each(['', 'root', '0'])('a companion that is loaded as "%s" fails, by its name', (user) => {
  const companions = [
    { unit: 'a.service', user: 'opencode' },
    { unit: 'b.service', user },
  ];
  expect(judgeCompanions(companions, 'opencode')).toMatchObject([{ ok: false, subject: 'b.service' }]);
});

it('companions of other users pass, and without any there is no check', () => {
  expect(judgeCompanions([{ unit: 'a.service', user: 'opencode' }], 'opencode')).toMatchObject([{ ok: true }]);
  expect(judgeCompanions([], 'opencode')).toEqual([]);
});
