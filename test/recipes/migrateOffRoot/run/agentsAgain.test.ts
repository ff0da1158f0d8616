import { beforeEach, expect, test, vi } from 'vitest';
import { errAsync, ok, okAsync } from 'neverthrow';
import { agentsAgain } from '../../../../src/recipes/migrateOffRoot/run/agentsAgain.js';
import { exampleFacts } from '../exampleFacts.js';

const { showUnit, findInstances, observeOpen } = vi.hoisted(() => ({
  showUnit: vi.fn(),
  findInstances: vi.fn(),
  observeOpen: vi.fn(),
}));
vi.mock(import('../../../../src/systemd/manager/index.js'), async (original) => ({ ...(await original()), showUnit }));
vi.mock(import('../../../../src/kimaki/instance/index.js'), async (original) => ({
  ...(await original()),
  findInstances,
}));
vi.mock(import('../../../../src/recipes/host/index.js'), async (original) => ({ ...(await original()), observeOpen }));

function running(loaded: string): object {
  return { lockPort: 1, users: { configured: loaded, loaded, running: { uid: 0, gid: 0 } } };
}

const { unit } = exampleFacts();
const found = (): ReturnType<typeof agentsAgain> => agentsAgain([{ unit }], { deadlineMs: 0 });

beforeEach(() => {
  showUnit.mockReturnValue(okAsync({ activeState: 'active' }));
  findInstances.mockReturnValue(okAsync([running('root')]));
  observeOpen.mockResolvedValue(ok({ problem: null }));
});

test('an agent whose bot is at work as the account of then runs again', async () => {
  expect(await found()).toEqual([{ unit: 'kimaki.service', ok: true, detail: 'kimaki.service runs as root again' }]);
});

test('one that did not run before the migration is not asked about', async () => {
  expect(await agentsAgain([{ unit: { ...unit, active: false } }])).toEqual([]);
});

test('one that needs some time is waited for', async () => {
  observeOpen.mockResolvedValueOnce(ok({ problem: 'its bot does not run' }));
  showUnit.mockReturnValueOnce(okAsync({ activeState: 'activating' }));
  expect(await agentsAgain([{ unit }])).toMatchObject([{ ok: true }]);
});

test.each<[what: string, arrange: () => unknown, says: string]>([
  ['stopped', () => showUnit.mockReturnValue(okAsync({ activeState: 'failed' })), 'it is failed'],
  ['unknown', () => showUnit.mockReturnValue(errAsync({ message: 'no systemd' })), 'no systemd'],
  ['unreadable', () => findInstances.mockReturnValue(errAsync({ message: 'no access' })), 'no access'],
  ['gone', () => findInstances.mockReturnValue(okAsync([])), 'there is no such unit'],
  ['someone else', () => findInstances.mockReturnValue(okAsync([running('opencode')])), 'as opencode, expected root'],
  ['a dead bot', () => observeOpen.mockResolvedValue(ok({ problem: 'its bot does not run' })), 'its bot does not run'],
])('one that is %s is told with the reason', async (_, arrange, says) => {
  arrange();
  const [agent] = await found();
  expect(agent).toMatchObject({ ok: false });
  expect(agent?.detail).toContain(`kimaki.service does not run as before: `);
  expect(agent?.detail).toContain(says);
});
