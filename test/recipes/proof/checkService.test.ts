import { expect, it } from 'vitest';
import { judgeBotState, judgeService } from '../../../src/recipes/proof/checkService.js';
import { AGENT, exampleInstance } from '../../kimaki/support/exampleInstance.js';

const PROCESS = { uid: 999, euid: 999, gid: 999, egid: 999, groups: [33], umask: 0o002 };
const judged = (process: Partial<typeof PROCESS> | null, state = {}): ReturnType<typeof judgeService> =>
  judgeService(
    { instance: exampleInstance('', {}, state), service: AGENT },
    process === null ? null : { ...PROCESS, ...process },
  );

it('a process with the uid, gid, groups and umask of the account passes', () => {
  expect(judged({})).toMatchObject({ id: 'service', point: 1, ok: true, remedy: null });
});

it.each([
  [{ euid: 0 }, 'uid 999 instead of 999'],
  [{ gid: 0 }, 'gid 0 instead of 999'],
  [{ groups: [] }, 'without the groups www-data'],
  [{ groups: [33, 0] }, 'with the group root'],
  [{ umask: 0o022 }, 'umask 0022 instead of 0002'],
])('one with %j fails', (wrong, words) => {
  const check = judged(wrong);
  expect(check.ok).toBe(false);
  expect(check.detail).toContain(words);
});

it('one of a unit that is not active fails', () => {
  expect(judged({}, { activeState: 'deactivating' })).toMatchObject({ ok: false });
});

it('without a process it is not checked, unless the unit would run as another account', () => {
  const stopped = { mainPid: 0, activeState: 'inactive' };
  expect(judged(null, stopped)).toMatchObject({ ok: null, remedy: { argv: ['systemctl', 'start', 'kimaki.service'] } });
  expect(judged(null, { ...stopped, user: '' })).toMatchObject({ ok: false });
});

it('the bot behind the process passes by what it has open, and fails by what is wrong with it', () => {
  const subject = { instance: exampleInstance() };
  const runs = judgeBotState(subject, { problem: null, ports: [29_988], databases: ['discord-sessions.db'] });
  expect(runs).toMatchObject({ id: 'bot', point: 1, ok: true });
  expect(runs.detail).toContain('discord-sessions.db');
  const dead = judgeBotState(subject, { problem: 'its bot does not run', ports: [], databases: [] });
  expect(dead).toMatchObject({ ok: false, detail: 'its bot does not run' });
});
