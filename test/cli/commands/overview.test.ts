import { expect, test } from 'vitest';
import { overviewOf } from '../../../src/cli/commands/overview.js';

type Host = Parameters<typeof overviewOf>[0];

const ROOT = { unit: 'kimaki.service', user: 'root', active: 'active', site: '/var/www/site' };
const said = (host: Partial<Host>): string => overviewOf({ agents: [ROOT], unfinished: null, ...host }).join('\n');

test('says what runs, and leads to the plan where that is root', () => {
  expect(said({})).toBe(`kimaki.service runs as root (active), for /var/www/site.

  wca doctor                 what is wrong on this host, and what to do; only reads
  wca migrate-off-root plan  what moving it off root would do; changes nothing
  wca --help                 every command`);
});

test('leads to the verification where it is migrated', () => {
  const text = said({ agents: [{ ...ROOT, user: 'opencode', site: null }] });
  expect(text).toContain('kimaki.service runs as opencode (active).\n');
  expect(text).toContain('wca migrate-off-root verify');
  expect(text).not.toContain('plan');
});

test.each([
  { direction: 'forward', runningPid: null, commands: ['status', 'resume', 'rollback'], how: 'is interrupted' },
  { direction: 'back', runningPid: null, commands: ['status', 'rollback'], how: 'is interrupted' },
  { direction: 'forward', runningPid: 7, commands: ['status'], how: 'is being carried out' },
] as const)('leads on from an unfinished run: %j', ({ direction, runningPid, commands, how }) => {
  const text = said({ unfinished: { runId: 'r1', direction, runningPid } });
  expect(text).toContain(`Run r1 ${how}.`);
  expect([...text.matchAll(/migrate-off-root (\w+)/g)].map(([, word]) => word)).toEqual(commands);
});

test('says that there is none, or why it could not look', () => {
  expect(said({ agents: [] })).toContain('No agent was found on this host.');
  expect(said({ agents: 'no systemd' })).toContain('This host could not be looked at: no systemd');
});
