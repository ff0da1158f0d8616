import { beforeEach, expect, test, vi } from 'vitest';
import { errAsync, okAsync } from 'neverthrow';
import { overview } from '../../../src/cli/commandTable.js';
import { runLine } from '../harness.js';

const { findInstances, migrationStatus } = vi.hoisted(() => ({ findInstances: vi.fn(), migrationStatus: vi.fn() }));
vi.mock(import('../../../src/kimaki/instance/index.js'), async (original) => ({
  ...(await original()),
  findInstances,
}));
vi.mock(import('../../../src/recipes/migrateOffRoot/index.js'), async (original) => ({
  ...(await original()),
  migrationStatus,
}));

const said = (...args: readonly string[]): ReturnType<typeof runLine> =>
  runLine(args, { subcommands: [], alone: overview });

function instance(user: string, more = {}): object {
  const state = { activeState: 'active', unitFileState: 'enabled' };
  return { unit: 'kimaki.service', user, site: '/var/www/site', state, ...more };
}

beforeEach(() => {
  findInstances.mockReturnValue(okAsync([instance('root')]));
  migrationStatus.mockReturnValue(okAsync({ state: 'none' }));
});

test('says what runs, and leads to the plan where that is root', async () => {
  expect(await said()).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: `kimaki.service runs as root (active), for /var/www/site.

  wca doctor                 what is wrong on this host, and what to do; only reads
  wca migrate-off-root plan  what moving it off root would do; changes nothing
  wca --help                 every command
`,
  });
});

test('leads to the verification where it is migrated, and leaves out what is not in use', async () => {
  const former = instance('root', { state: { activeState: 'inactive', unitFileState: 'disabled' } });
  findInstances.mockReturnValue(okAsync([instance('opencode'), former]));
  const { stdout } = await said();
  expect(stdout).toContain('runs as opencode');
  expect(stdout).not.toContain('root (');
  expect(stdout).toContain('wca migrate-off-root verify');
});

test.each([
  ['forward', null, ['status', 'resume', 'rollback'], 'is interrupted'],
  ['back', null, ['status', 'rollback'], 'is interrupted'],
  ['forward', 7, ['status'], 'is being carried out'],
])('leads on from a run that goes %s, pid %s', async (direction, runningPid, commands, how) => {
  migrationStatus.mockReturnValue(okAsync({ state: 'interrupted', runId: 'r1', direction, runningPid }));
  const { stdout } = await said();
  expect(stdout).toContain(`Run r1 ${how}.`);
  expect([...stdout.matchAll(/migrate-off-root (\w+)/g)].map(([, word]) => word)).toEqual(commands);
});

test('says that there is none, or why it could not look', async () => {
  findInstances.mockReturnValue(okAsync([]));
  expect((await said()).stdout).toContain('No agent was found on this host.');
  findInstances.mockReturnValue(errAsync({ code: 'SYSTEMD_NOT_RUNNING', message: 'no systemd' }));
  migrationStatus.mockReturnValue(errAsync({ code: 'IO', message: 'no access' }));
  expect((await said()).stdout).toContain('This host could not be looked at: no systemd');
});

test('tells programs the same as data', async () => {
  expect(JSON.parse((await said('--json')).stdout)).toMatchObject({
    instances: [{ unit: 'kimaki.service', user: 'root', active: 'active', site: '/var/www/site' }],
    unfinishedRun: null,
    next: ['wca doctor', 'wca migrate-off-root plan', 'wca --help'],
  });
});
