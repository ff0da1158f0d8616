import { expect, it } from 'vitest';
import {
  judgeCompanions,
  judgeIdentity,
  judgeOtherInstances,
  judgeRestartRule,
} from '../../../src/recipes/proof/checkNoWayBack.js';
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

it('an instance of root on the same site is said to be not migrated, and never counts as passed or failed', () => {
  const instance = exampleInstance();
  const other = exampleInstance('', { unit: 'kimaki-b.service', user: 'root', home: '/root' });
  const checks = judgeOtherInstances({ instance, neighbours: [other] });
  expect(checks).toMatchObject([{ id: 'other-instance', ok: null, subject: 'kimaki-b.service' }]);
  expect(checks[0]?.detail).toContain('kimaki-b.service is not migrated');
  expect(checks[0]?.remedy).not.toBeNull();
  expect(judgeOtherInstances({ instance, neighbours: [] })).toEqual([]);
});

const RULE = 'opencode ALL=(root) NOPASSWD: /usr/bin/systemctl restart kimaki.service';
const judge = (text: string | null, allowed = true): boolean | null =>
  judgeRestartRule('kimaki.service', 'opencode', text, { allowed, reason: null }).ok;

it('the rule alone, in force, passes, whoever wrote it', () => {
  expect(judge(`# a comment\n${RULE}\n`)).toBe(true);
  expect(judge(RULE.replaceAll(' ', '  '))).toBe(true);
});

it('a rule that is missing, wider, for another account or not in force fails', () => {
  expect(judge(null)).toBe(false);
  for (const wider of [`${RULE} *`, `${RULE}\nopencode ALL=(root) NOPASSWD: ALL`, RULE.replace('restart ', '')])
    expect(judge(wider)).toBe(false);
  expect(judge(RULE.replace('opencode', 'other'))).toBe(false);
  expect(judge(RULE, false)).toBe(false);
});
