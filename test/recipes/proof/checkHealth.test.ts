import { expect, test } from 'vitest';
import { judgeHealth } from '../../../src/recipes/proof/checkHealth.js';
import { AGENT, exampleInstance } from '../../kimaki/support/exampleInstance.js';

const subject = { instance: exampleInstance('', { unit: 'roadie.service' }), service: AGENT };

test('the child of the main process, or the main process itself, is the unit', () => {
  expect(judgeHealth(subject, { pid: 80, wrapperPid: 77 }, { uid: 999 }).ok).toBe(true);
  expect(judgeHealth(subject, { pid: 77, wrapperPid: null }, { uid: 999 }).ok).toBe(true);
});

test.each([
  ['another process holds the port', { pid: 80, wrapperPid: 79 }, { uid: 999 }, 'not of roadie.service'],
  ['an orphan holds the port', { pid: 80, wrapperPid: null }, { uid: 999 }, 'not of roadie.service'],
  ['it names no process that exists', { pid: 80, wrapperPid: 77 }, null, 'does not exist'],
  ['it still runs as root', { pid: 80, wrapperPid: 77 }, { uid: 0 }, 'uid 0 instead of 999'],
])('%s: it fails', (_, health, process, why) => {
  const check = judgeHealth(subject, health, process);
  expect(check.ok).toBe(false);
  expect(check.detail).toContain(why);
});
