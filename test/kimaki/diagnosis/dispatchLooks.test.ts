import { expect, it } from 'vitest';
import { wrongEnvironment } from '../../../src/kimaki/diagnosis/dispatchLooks.js';
import { exampleInstance } from '../support/exampleInstance.js';

const file = '/srv/channels.php';

it('a channel that names another data directory than the service is named with both', () => {
  const env = { KIMAKI_DATA_DIR: '/root/.kimaki', OTHER: 'x' };
  const [only, ...others] = wrongEnvironment({ file, command: '/usr/bin/kimaki', env }, exampleInstance());
  expect(others).toEqual([]);
  expect(only).toMatchObject({ id: 'channel-environment', severity: 'broken', evidence: [file] });
  expect(only?.what).toContain('KIMAKI_DATA_DIR=/root/.kimaki');
  expect(only?.what).toContain('/home/opencode/.kimaki');
});

it('the same values are as they should be, and the sudo hop passes none of them on', () => {
  const same = { KIMAKI_DATA_DIR: '/home/opencode/.kimaki' };
  expect(wrongEnvironment({ file, command: '/usr/bin/kimaki', env: same }, exampleInstance())).toEqual([]);
  const command = '/usr/local/bin/wp-coding-agents-kimaki-dispatch';
  expect(wrongEnvironment({ file, command, env: { KIMAKI_DATA_DIR: '/x' } }, exampleInstance())).toEqual([]);
});
