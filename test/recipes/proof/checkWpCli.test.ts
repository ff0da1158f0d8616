import { expect, it } from 'vitest';
import { judgeAgentsFile, judgeEnvironment } from '../../../src/recipes/proof/checkWpCli.js';
import { exampleInstance } from '../../kimaki/support/exampleInstance.js';

it('AGENTS.md passes where it is missing or without --allow-root', () => {
  expect(judgeAgentsFile('/srv/AGENTS.md', null).ok).toBe(true);
  expect(judgeAgentsFile('/srv/AGENTS.md', Buffer.from('use wp')).ok).toBe(true);
  expect(judgeAgentsFile('/srv/AGENTS.md', Buffer.from('use wp --allow-root'))).toMatchObject({
    ok: false,
    subject: '/srv/AGENTS.md',
  });
});

it('a unit that gives the agent a wp command with --allow-root fails', () => {
  expect(judgeEnvironment({ instance: exampleInstance() }).ok).toBe(true);
  const instance = exampleInstance('Environment="DATAMACHINE_WP_CMD=wp --allow-root"');
  expect(judgeEnvironment({ instance })).toMatchObject({ ok: false, subject: 'kimaki.service' });
});
