import { expect, it } from 'vitest';
import { identityFindings } from '../../../src/kimaki/diagnosis/identityFindings.js';
import { AGENT, exampleInstance } from '../support/exampleInstance.js';

type Instance = Parameters<typeof identityFindings>[0];
const ids = (instance: Instance, account: typeof AGENT | null = AGENT): readonly string[] =>
  identityFindings(instance, account).map(({ id, severity }) => `${id} ${severity}`);

const { users } = exampleInstance();

it('a service that runs as its own account is not mentioned', () => {
  expect(ids(exampleInstance())).toEqual([]);
});

it('root in the files, in systemd or in the process is named, with the migration as remedy', () => {
  const instance = exampleInstance('', { users: { ...users, loaded: 'root' } });
  const [first] = identityFindings(instance, AGENT);
  expect(first).toMatchObject({ id: 'runs-as-root', severity: 'broken', subject: 'kimaki.service' });
  expect(JSON.stringify(first?.remedy)).toContain('migrateOffRoot');
  expect(ids(instance)).toContain('identities-differ broken');
});

it('a process that was started before its account joined a group is named with that group', () => {
  const running = { pid: 77, uid: 999, name: 'opencode', gid: 999, groups: [], umask: 0o002 };
  const [only, ...others] = identityFindings(exampleInstance('', { users: { ...users, running } }), AGENT);
  expect(others).toEqual([]);
  expect(only).toMatchObject({
    id: 'groups-not-running',
    remedy: { argv: ['systemctl', 'restart', 'kimaki.service'] },
  });
  expect(only?.what).toContain('opencode is in: www-data');
});

it.each([
  [{ activeState: 'failed' as const }, 'not-running broken'],
  [{ activeState: 'activating' as const, subState: 'auto-restart' }, 'not-running broken'],
  [{ activeState: 'inactive' as const }, 'not-running risk'],
])('a service that should run and does not is named: %j', (state, expected) => {
  expect(ids(exampleInstance('', {}, state))).toEqual([expected]);
});

it('a disabled service that does not run is as it should be', () => {
  expect(ids(exampleInstance('', {}, { activeState: 'inactive', unitFileState: 'disabled' }))).toEqual([]);
});

it('an account that does not exist is named', () => {
  expect(ids(exampleInstance(), null)).toContain('account-missing broken');
});
